-- Entries of feeds that link to addresses. Parameter: $keys.
select
    s.url,
    s.listed_url,
    f.url as feed_url,
    coalesce(f.name, f.title) as feed_name,
    s.guid,
    s.title,
    s.published_at,
    s.first_seen_at,
    coalesce(s.last_seen_at, state.last_success_at, s.first_seen_at) as last_seen_at,
    s.last_seen_at is null as is_listed,
    s.run_id,
    state.health as feed_state,
    state.next_poll_at
from fct_sightings as s
join dim_feeds as f using (feed_id)
left join ops.feed_state as state using (feed_id)
where s.url_key in (select unnest($keys))
order by s.first_seen_at, f.url, s.position;
