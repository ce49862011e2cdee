-- Entries of feeds that link to addresses. Parameter: $keys.
select
    s.url,
    s.listed_url,
    f.url as feed_url,
    f.name as feed_name,
    s.guid,
    s.title,
    s.published_at,
    s.first_seen_at,
    coalesce(s.last_seen_at, f.last_success_at, s.first_seen_at) as last_seen_at,
    s.last_seen_at is null as is_listed,
    s.run_id,
    f.state as feed_state,
    f.next_poll_at
from fct_sightings as s
join feeds as f using (feed_id)
where s.url_key in (select unnest($keys))
order by s.first_seen_at, f.url, s.position;
