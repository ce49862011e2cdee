-- The addresses of all feeds: as configured, and where they moved to. Not of the view, which looks at all polls.
select f.feed_id, f.url, state.adopted_url
from dim_feeds as f
left join ops.feed_state as state using (feed_id)
order by f.url;
