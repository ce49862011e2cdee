-- Sightings: a listing closes the rows of what it no longer lists, or lists in other words, and opens rows for what
-- is new in it. An entry that stands as it stood, and a poll that says "unchanged", change nothing.
create or replace temp table listings as
select p.feed_id, p.run_id, state.last_success_at as previous_success_at
from stg_polls as p
left join ops.feed_state as state using (feed_id)
where p.result = 'listed';

-- A document may list one entry twice.
create or replace temp table listed_entries as
select e.*, l.run_id
from stg_entries as e
join listings as l using (feed_id)
qualify row_number() over (partition by e.feed_id, e.entry_key, e.wording_hash order by e.position) = 1;

create or replace temp table ended_sightings as
select
    s.rowid as sighting,
    greatest(s.first_seen_at, l.previous_success_at) as last_seen_at
from fct_sightings as s
join listings as l using (feed_id)
anti join listed_entries as e using (feed_id, entry_key, wording_hash)
where s.last_seen_at is null;

update fct_sightings as s
set last_seen_at = ended.last_seen_at, load_seq = getvariable('load_seq')
from ended_sightings as ended
where s.rowid = ended.sighting;

insert into fct_sightings by name
select
    e.* exclude (feed_url, polled_at),
    e.polled_at as first_seen_at,
    getvariable('load_seq') as load_seq
from listed_entries as e
anti join (from fct_sightings where last_seen_at is null) as standing using (feed_id, entry_key, wording_hash);
