-- A sighting ended before it began, or a request did.
select 'sightings' as place, entry_key as what, first_seen_at as began_at, last_seen_at as ended_at
from fct_sightings
where last_seen_at < first_seen_at
union all
select 'fetches', fetch_id, started_at, ended_at
from fct_fetches
where ended_at < started_at;
