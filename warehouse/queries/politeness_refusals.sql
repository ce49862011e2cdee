-- The latest answers 429 and 503 of a site, and when the address was asked next. Parameters: $site, $hosts, $count.
select
    f.url,
    f.status,
    f.ended_at as answered_at,
    f.retry_after_until,
    (
        select min(n.started_at)
        from fct_fetches as n
        where n.url = f.url and n.started_at > f.ended_at
    ) as asked_next_at
from fct_fetches as f
where (f.site = $site or f.host in (select unnest($hosts))) and f.status in (429, 503)
order by f.ended_at desc
limit $count;
