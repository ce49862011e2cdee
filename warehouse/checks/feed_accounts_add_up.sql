-- A feed's URLs are not as many as those that are loaded, duplicates, deferred or refused by an outcome, one each.
-- What the view feed_accounts shows, for the feeds that a load touched.
with touched as (
    select distinct feed_id
    from fct_sightings
    where load_seq > getvariable('since')
),

listed as (
    select distinct feed_id, url_key
    from fct_sightings
    where feed_id in (from touched) and url_key is not null
)

select
    l.feed_id,
    count(distinct l.url_key) as url_count,
    count(*) filter (u.outcome in ('loaded', 'revised', 'unchanged')) as loaded_count,
    count(*) filter (u.outcome = 'duplicate') as duplicate_count,
    count(*) filter (u.outcome = 'deferred') as deferred_count,
    count(*) filter (u.outcome not in ('loaded', 'revised', 'unchanged', 'duplicate', 'deferred')) as refused_count
from listed as l
left join ops.url_state as u using (url_key)
group by l.feed_id
having url_count <> loaded_count + duplicate_count + deferred_count + refused_count;
