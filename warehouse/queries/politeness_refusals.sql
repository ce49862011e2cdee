-- The latest answers 429 and 503 of a site, until when the address was left alone (a day at most), and when it was asked
-- next. Parameters: $site, $hosts, $count.
select
    f.url,
    f.status,
    f.ended_at as answered_at,
    f.retry_after_until,
    least(f.retry_after_until, f.ended_at + interval 24 hours) as kept_until,
    (
        select min(n.started_at)
        from fct_fetches as n
        where n.url = f.url and n.started_at > f.ended_at
    ) as asked_next_at
from fct_fetches as f
where (f.site = $site or f.host in (select unnest($hosts))) and f.status in (429, 503)
order by f.ended_at desc
limit $count;
