-- A site was asked too soon after the request before, or by more requests at once than its run allows.
-- Hosts of one registrable domain count as one. The pause counts from when the answer before began, which is when the
-- server has seen the request for certain, and is doubled for an hour after an answer 429 or 503. With more than one
-- request at once, starts are apart. Ten milliseconds are left to clocks that are being set.
with touched as (
    select min(started_at) as since
    from ops.runs
    where run_id in (select run_id from fct_fetches where load_seq > getvariable('since'))
),

paced as (
    select
        f.fetch_id,
        f.run_id,
        f.site,
        f.status,
        f.started_at,
        f.answered_at,
        f.ended_at,
        f.load_seq,
        r.per_host_interval,
        r.per_host_concurrency
    from fct_fetches as f
    join ops.runs as r using (run_id)
    where f.started_at >= (select since from touched) and f.site is not null and r.per_host_interval is not null
),

neighbours as (
    select
        *,
        max(if(per_host_concurrency = 1, coalesce(answered_at, ended_at), started_at)) over before as counts_from,
        max(ended_at) filter (status in (429, 503)) over before as slowed_at
    from paced
    window before as (
        partition by run_id, site order by started_at, fetch_id rows between unbounded preceding and 1 preceding
    )
),

places as (
    select run_id, site, fetch_id, load_seq, per_host_concurrency, started_at as moment, 1 as change
    from paced
    union all
    select run_id, site, fetch_id, load_seq, per_host_concurrency, ended_at, -1
    from paced
),

taken as (
    select *, sum(change) over (partition by run_id, site order by moment, change, fetch_id) as in_flight
    from places
)

select fetch_id, site, started_at, 'too soon' as offence
from neighbours
where
    started_at - counts_from < to_milliseconds(
        per_host_interval * 1000 * if(started_at < slowed_at + interval 1 hour - interval 1 second, 2, 1) - 10
    )
    and load_seq > getvariable('since')
union all
select fetch_id, site, moment, 'too many at once'
from taken
where change = 1 and in_flight > per_host_concurrency and load_seq > getvariable('since');
