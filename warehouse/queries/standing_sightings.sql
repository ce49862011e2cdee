-- Sightings that a run's decisions depend on: those that still stand, and those of URLs that are to be tried again.
select *
from fct_sightings
where
    last_seen_at is null
    or url_key in (select url_key from ops.url_state where next_try_at is not null);
