-- How far apart a site's requests were within a run, in seconds, and how many were under way at once, by the runs of the
-- latest days with requests, beside their settings. Parameters: $site, $days.
with shown_days as (
    select distinct (started_at at time zone 'UTC')::date as day
    from fct_fetches
    where site = $site
    order by day desc
    limit $days
),

shown_runs as (
    select distinct run_id
    from fct_fetches
    where site = $site and (started_at at time zone 'UTC')::date in (from shown_days)
),

asked as (
    select f.*, r.per_host_interval, r.per_host_concurrency
    from fct_fetches as f
    join shown_runs using (run_id)
    left join ops.runs as r using (run_id)
    where f.site = $site
),

readings as (
    -- what each origin's robots.txt said last; of a site's hosts the slowest counts
    select crawl_delay_seconds, first_read_at
    from fct_robots_files
    where site = $site
    qualify row_number() over (partition by origin order by last_read_at desc) = 1
),

gaps as (
    select
        epoch(started_at) - epoch(lag(started_at) over (partition by run_id order by started_at, fetch_id)) as seconds
    from asked
),

places as (
    select run_id, started_at as moment, 1 as change
    from asked
    union all
    select run_id, ended_at, -1
    from asked
),

taken as (
    select sum(change) over (partition by run_id order by moment, change) as in_flight
    from places
)

select
    (select min(seconds) from gaps) as smallest_seconds,
    (select median(seconds) from gaps) as median_seconds,
    (select max(in_flight)::integer from taken) as most_in_flight,
    arg_max(per_host_interval, started_at) as set_interval_seconds,
    arg_max(per_host_concurrency, started_at) as set_concurrency,
    min(per_host_interval) as least_set_interval_seconds,
    max(per_host_interval) as most_set_interval_seconds,
    max(per_host_concurrency) as most_set_concurrency,
    (select max(crawl_delay_seconds) from readings) as crawl_delay_seconds,
    (select arg_max(first_read_at, crawl_delay_seconds) from readings) as crawl_delay_since
from asked;
