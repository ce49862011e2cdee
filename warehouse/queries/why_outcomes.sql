-- What was decided about addresses. Parameter: $keys.
select o.url, o.run_id, o.stage, o.outcome, o.reason, o.decided_at, o.article_id, f.url as feed_url, o.fetch_id
from fct_outcomes as o
left join dim_feeds as f using (feed_id)
where o.url_key in (select unnest($keys))
order by o.decided_at, o.url_key, o.stage;
