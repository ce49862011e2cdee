-- A feed lists the same wording of an entry twice at a time.
select feed_id, entry_key, wording_hash, count(*) as row_count
from fct_sightings
where last_seen_at is null and feed_id in (select feed_id from fct_sightings where load_seq > getvariable('since'))
group by feed_id, entry_key, wording_hash
having count(*) > 1;
