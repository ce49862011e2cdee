-- Addresses that were never listed nor asked for: each stands as deferred until a result comes, which may be in a later
-- batch of the same run. One that is known to lead to an article need not be asked for.
create or replace temp table unknown_urls as
with listed as (
    select *
    from listed_entries
    where url_key is not null
    qualify row_number() over (partition by url_key order by polled_at, feed_id, position) = 1
)

select
    l.url_key,
    l.url,
    if(a.article_id is null, 'deferred', 'duplicate') as outcome,
    if(
        a.article_id is null,
        'A feed lists it, and no run has asked for it yet.',
        'An address of a known article, by ' || a.evidence || '.'
    ) as reason,
    l.polled_at as decided_at,
    if(a.article_id is null, l.polled_at, null) as next_try_at,
    a.article_id,
    l.feed_id,
    l.run_id
from listed as l
anti join ops.url_state as state using (url_key)
left join ops.url_aliases as a on a.url_key = l.url_key and a.is_fetched;

insert into ops.url_state by name
select
    * exclude (decided_at),
    decided_at as since,
    decided_at as first_seen_at,
    0 as failures,
    getvariable('load_seq') as load_seq
from unknown_urls;

insert into fct_outcomes by name
select
    * exclude (next_try_at),
    'plan' as stage,
    getvariable('load_seq') as load_seq
from unknown_urls;
