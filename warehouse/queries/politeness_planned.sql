-- What is to be asked of a site next, the earliest first. Parameters: $site, $hosts, $count.
select coalesce(s.adopted_url, f.url) as url, 'feed' as purpose, s.next_poll_at as planned_at
from ops.feed_state as s
join dim_feeds as f using (feed_id)
where f.site = $site and s.next_poll_at is not null
union all
select url, 'page', next_try_at
from ops.url_state
where next_try_at is not null and split_part(url_key, '/', 1) in (select unnest($hosts))
order by planned_at, url
limit $count;
