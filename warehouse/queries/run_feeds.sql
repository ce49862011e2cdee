-- A run's polls, with the number of entries that each listed and that had never been listed by the feed before.
-- Parameter: $run_id.
with new_entries as (
    select feed_id, count(distinct entry_key) as new_entry_count
    from fct_sightings as s
    where
        s.run_id = $run_id
        and not exists (
            from fct_sightings as earlier
            where
                earlier.feed_id = s.feed_id
                and earlier.entry_key = s.entry_key
                and earlier.first_seen_at < s.first_seen_at
        )
    group by feed_id
)

select
    f.feed_id,
    f.url,
    coalesce(f.name, f.title) as name,
    p.result,
    p.reason,
    p.entry_count,
    coalesce(n.new_entry_count, 0) as new_entry_count
from fct_polls as p
join dim_feeds as f using (feed_id)
left join new_entries as n using (feed_id)
where p.run_id = $run_id
order by f.url;
