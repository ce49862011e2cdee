-- Sightings that a run's decisions depend on: those that still stand, those of URLs that are to be tried again, and
-- those that have the same guid as one of these.
with due as (
    select url_key
    from ops.url_state
    where next_try_at is not null
),

named as (
    select distinct feed_id, entry_key
    from fct_sightings
    semi join due using (url_key)
    where guid = entry_key
)

select s.*
from fct_sightings as s
left join named as n using (feed_id, entry_key)
where
    s.last_seen_at is null
    or n.feed_id is not null
    or s.url_key in (from due);
