-- What the next poll of each feed needs to know.
select
    f.url as feed_url,
    s.etag,
    s.last_modified,
    s.body_hash,
    s.entries_hash,
    s.health,
    s.failures,
    s.items_per_day,
    s.last_polled_at,
    s.last_success_at,
    s.next_poll_at,
    s.retry_after_until,
    s.habit,
    s.entry_marks,
    s.hints,
    s.gone_since,
    s.not_modified_count,
    s.full_answer_at,
    s.distrusted_until,
    s.adopted_url,
    s.moved_to,
    s.moved_since,
    s.moved_polls,
    coalesce(g.trust, 'trusted') as guid_trust
from ops.feed_state as s
join dim_feeds as f using (feed_id)
left join ops.guid_trust as g using (feed_id);
