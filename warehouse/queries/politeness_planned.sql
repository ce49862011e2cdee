-- What is to be asked of a site next, the earliest first. Parameters: $site, $hosts, $count.
-- A feed that moved for good is asked of the site that it moved to, once for all feeds that moved to one address.
with feeds_due as (
    select
        coalesce(s.adopted_url, f.url) as url,
        if(s.adopted_url is null, f.site, null) as site,
        lower(regexp_extract(s.adopted_url, '^[A-Za-z]+://(\[[^\]]*\]|[^/:?#]+)', 1)) as host,
        s.next_poll_at
    from ops.feed_state as s
    join dim_feeds as f using (feed_id)
    where s.next_poll_at is not null
)

select url, 'feed' as purpose, min(next_poll_at) as planned_at
from feeds_due
where site = $site or host in (select unnest($hosts))
group by url
union all
select url, 'page', next_try_at
from ops.url_state
where next_try_at is not null and split_part(url_key, '/', 1) in (select unnest($hosts))
order by planned_at, url
limit $count;
