-- Requests for addresses, with the redirects that led on from them and to them. Parameter: $keys.
with recursive spellings as (
    select url
    from ops.url_state
    where url_key in (select unnest($keys))
    union
    select url
    from fct_outcomes
    where url_key in (select unnest($keys))
),

asked(fetch_id) as (
    select fetch_id
    from fct_fetches
    where purpose in ('page', 'recheck') and url in (from spellings)
    union
    select fetch_id
    from fct_outcomes
    where url_key in (select unnest($keys)) and fetch_id is not null
    union
    select f.fetch_id
    from asked as a
    join fct_fetches as f on f.redirected_from = a.fetch_id
)

select
    fetch_id,
    run_id,
    url,
    purpose,
    attempt,
    redirected_from,
    status,
    started_at,
    ended_at,
    bytes,
    error_class,
    was_conditional,
    retry_after_until,
    robots_rule,
    crawl_delay_seconds,
    raw_ref
from fct_fetches
where fetch_id in (select fetch_id from asked)
order by started_at, fetch_id;
