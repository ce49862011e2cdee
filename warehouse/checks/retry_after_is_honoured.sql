-- A server that answered 429 or 503 was asked again before the time that it named.
-- The address is not asked before then, for a day at most. When two addresses of a host were answered so, none of the host
-- is asked while both times lie ahead. A run with a clock that was set back is not held to times of a later one.
with waits as (
    select run_id, url, host, fetch_id, ended_at, least(retry_after_until, ended_at + interval 24 hours) as until
    from fct_fetches
    where
        status in (429, 503)
        and retry_after_until > ended_at
        and started_at >= (select min(started_at) from fct_fetches where load_seq > getvariable('since'))
            - interval 25 hours
),

closed as (
    select distinct a.run_id, a.host, null as url, b.ended_at as since, least(a.until, b.until) as until
    from waits as a
    join waits as b on b.host = a.host and b.url <> a.url and b.ended_at >= a.ended_at and b.ended_at < a.until
    union all
    select run_id, host, url, ended_at, until
    from waits
)

select f.fetch_id, f.url, f.started_at, c.until
from fct_fetches as f
join ops.runs as r on r.run_id = f.run_id
join closed as c
    on c.host = f.host
    and coalesce(c.url, f.url) = f.url
    and f.started_at between c.since and c.until - interval 10 milliseconds
where
    f.load_seq > getvariable('since')
    and r.per_host_interval is not null
    and (f.run_id = c.run_id or r.started_at >= c.since);
