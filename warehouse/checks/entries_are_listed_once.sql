-- A feed lists the same wording of an entry twice at a time.
select feed_id, entry_key, wording_hash, count(*) as row_count
from fct_sightings
where last_seen_at is null
group by feed_id, entry_key, wording_hash
having count(*) > 1;
