-- The state that the polls leave; after the sightings, which need the time of the success before.
delete from ops.feed_state
where feed_id in (select feed_id from stg_polls);

insert into ops.feed_state by name
select
    feed_id,
    etag,
    last_modified,
    body_hash,
    entries_hash,
    health,
    failures,
    items_per_day,
    last_polled_at,
    last_success_at,
    next_poll_at,
    retry_after_until,
    habit,
    entry_marks,
    hints,
    gone_since,
    not_modified_count,
    full_answer_at,
    distrusted_until,
    adopted_url,
    moved_to,
    moved_since,
    moved_polls,
    getvariable('load_seq') as load_seq
from stg_polls;
