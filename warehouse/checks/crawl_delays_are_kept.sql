-- A site was asked again sooner than the Crawl-delay of its robots.txt allows.
-- It holds from the request after the one that read it (120 seconds at most), for all hosts of a registrable domain.
with touched as (
    select min(started_at) as since
    from ops.runs
    where run_id in (select run_id from fct_fetches where load_seq > getvariable('since'))
),

neighbours as (
    select
        f.fetch_id,
        f.site,
        f.purpose,
        f.started_at,
        f.crawl_delay_seconds,
        f.load_seq,
        max(if(r.per_host_concurrency = 1, coalesce(f.answered_at, f.ended_at), f.started_at)) over before as counts_from,
        max(f.crawl_delay_seconds) over before as known_delay
    from fct_fetches as f
    join ops.runs as r using (run_id)
    where f.started_at >= (select since from touched) and f.site is not null and r.per_host_interval is not null
    window before as (
        partition by f.run_id, f.site order by f.started_at, f.fetch_id rows between unbounded preceding and 1 preceding
    )
),

bound as (
    select
        *,
        least(
            greatest(coalesce(known_delay, 0), if(purpose = 'robots', 0, coalesce(crawl_delay_seconds, 0))), 120
        ) as delay_seconds
    from neighbours
)

select fetch_id, site, started_at, counts_from, delay_seconds
from bound
where
    started_at - counts_from < to_milliseconds(delay_seconds * 1000 - 10)
    and load_seq > getvariable('since');
