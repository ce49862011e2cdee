-- A feed that gave a validator was asked without it, and not to test it or because it had deceived.
-- Stored are the validators of the last answer that was read, within a month, which its poll tells; behind a redirect
-- nothing is claimed. A test that was answered is not repeated within a day.
with without as (
    select url, min(started_at) as since
    from fct_fetches
    where purpose = 'feed' and validator_use in ('none', 'tested') and load_seq > getvariable('since')
    group by url
),

addresses as (
    select feed_id, url
    from dim_feeds
    union
    select feed_id, adopted_url
    from ops.feed_state
    where adopted_url is not null
),

history as (
    select
        f.fetch_id,
        f.url,
        f.started_at,
        f.ended_at,
        f.validator_use,
        f.load_seq,
        case
            when f.status = 200 and p.result in ('listed', 'unchanged') then f.had_validators
            when f.status between 300 and 399 and f.status <> 304 then false
        end as leaves_validators
    from fct_fetches as f
    join without as w on w.url = f.url and f.started_at >= w.since - interval 30 days
    join addresses as a on a.url = f.url
    left join fct_polls as p on p.run_id = f.run_id and p.feed_id = a.feed_id
    where f.purpose = 'feed' and f.redirected_from is null
),

known as (
    select
        *,
        last_value(leaves_validators ignore nulls) over before as has_validators,
        max(ended_at) filter (validator_use = 'tested' and leaves_validators is not null) over before as tested_at
    from history
    window before as (
        partition by url order by load_seq, started_at, fetch_id rows between unbounded preceding and 1 preceding
    )
)

select fetch_id, url, started_at, validator_use
from known
where
    load_seq > getvariable('since')
    and (
        (has_validators and validator_use = 'none')
        or (validator_use = 'tested' and started_at - tested_at between interval 0 hours and interval 23 hours)
    )
union all
select fetch_id, url, started_at, validator_use
from fct_fetches
where load_seq > getvariable('since') and was_conditional <> (validator_use = 'sent');
