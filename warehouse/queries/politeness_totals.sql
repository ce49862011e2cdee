-- All requests to the hosts of a site, as one row. Parameters: $site, $hosts.
with asked as (
    select *
    from fct_fetches
    where site = $site or host in (select unnest($hosts))
),

pages as (
    select
        started_at,
        content_hash = lag(content_hash) over (partition by url order by started_at) as is_unchanged
    from asked
    where purpose in ('page', 'recheck') and status = 200
)

select
    count(*) as request_count,
    min(started_at) as first_at,
    max(started_at) as last_at,
    coalesce(sum(bytes), 0)::bigint as bytes,
    count(*) filter (purpose = 'feed') as feed_count,
    count(*) filter (purpose = 'feed' and was_conditional) as conditional_count,
    count(*) filter (status = 304) as not_modified_count,
    count(*) filter (validator_use = 'tested') as tested_count,
    count(*) filter (validator_use = 'distrusted') as distrusted_count,
    count(*) filter (purpose = 'feed' and validator_use = 'none') as without_validators_count,
    count(*) filter (status = 429) as rate_limited_count,
    count(*) filter (status = 503) as unavailable_count,
    count(*) filter (status in (429, 503) and retry_after_until is not null) as asked_to_wait_count,
    (select count(*) from pages) as page_answer_count,
    (select count(*) from pages where is_unchanged) as unchanged_page_count
from asked;
