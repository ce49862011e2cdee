-- Where addresses stand. Parameter: $keys.
select
    u.url,
    u.url_key,
    u.outcome,
    u.reason,
    u.since,
    u.first_seen_at,
    u.last_tried_at,
    u.next_try_at,
    u.failures,
    u.article_id
from ops.url_state as u
where u.url_key in (select unnest($keys))
order by u.first_seen_at, u.url_key;
