-- A feed, with what became of what it listed. Parameter: $feed_id.
select
    f.url,
    f.name,
    f.title,
    f.home_url,
    f.kind,
    f.language,
    f.adopted_url,
    f.state,
    f.failures,
    f.items_per_day,
    f.first_polled_at,
    f.last_polled_at,
    f.last_success_at,
    f.next_poll_at,
    f.guid_trust,
    a.entry_count,
    a.url_count,
    a.loaded_count,
    a.duplicate_count,
    a.deferred_count,
    a.refused_count
from feeds as f
join feed_accounts as a using (feed_id)
where f.feed_id = $feed_id;
