-- Requests to a site by day (UTC), the latest days first. Parameters: $site, $hosts, $days.
select
    (started_at at time zone 'UTC')::date as day,
    count(distinct run_id) as run_count,
    count(*) filter (purpose = 'feed') as feed_count,
    count(*) filter (purpose = 'page') as page_count,
    count(*) filter (purpose = 'recheck') as recheck_count,
    count(*) filter (purpose not in ('feed', 'page', 'recheck')) as other_count,
    count(*) filter (status between 200 and 299) as ok_count,
    count(*) filter (status = 304) as not_modified_count,
    count(*) filter (status between 300 and 399 and status <> 304) as redirect_count,
    count(*) filter (status between 400 and 499) as client_error_count,
    count(*) filter (status >= 500) as server_error_count,
    count(*) filter (status is null) as unanswered_count,
    coalesce(sum(bytes), 0)::bigint as bytes
from fct_fetches
where site = $site or host in (select unnest($hosts))
group by day
order by day desc
limit $days;
