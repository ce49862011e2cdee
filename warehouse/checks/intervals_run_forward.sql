-- A sighting, an address's interval or a request ended before it began.
select 'sightings' as place, entry_key as what, first_seen_at as began_at, last_seen_at as ended_at
from fct_sightings
where last_seen_at < first_seen_at and load_seq > getvariable('since')
union all
select 'aliases', url_key, first_seen_at, last_seen_at
from ops.url_aliases
where last_seen_at < first_seen_at and load_seq > getvariable('since')
union all
select 'ended aliases', url_key, first_seen_at, ended_at
from ops.ended_aliases
where ended_at < first_seen_at and load_seq > getvariable('since')
union all
select 'fetches', fetch_id, started_at, ended_at
from fct_fetches
where ended_at < started_at and load_seq > getvariable('since');
