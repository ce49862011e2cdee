-- Something was observed more than five minutes after it was loaded: a clock was wrong.
with observations as (
    select 'polls' as place, feed_id as what, polled_at as observed_at, load_seq
    from fct_polls
    where load_seq > getvariable('since')
    union all
    select 'fetches', fetch_id, started_at, load_seq
    from fct_fetches
    where load_seq > getvariable('since')
    union all
    select 'versions', article_id, observed_at, load_seq
    from fct_versions
    where load_seq > getvariable('since')
    union all
    select 'outcomes', url_key, decided_at, load_seq
    from fct_outcomes
    where load_seq > getvariable('since')
),

loads as (
    select load_seq, max(loaded_at) as loaded_at
    from ops.loads
    group by load_seq
)

select o.place, o.what, o.observed_at, l.loaded_at
from observations as o
join loads as l using (load_seq)
where o.observed_at > l.loaded_at + interval 5 minutes;
