-- Announced rechecks are due from now on, at the address where the article was last read, until one has a result:
-- the run that learnt of them may end before it has asked. The page behind a stand-in is tried again as it is.
update ops.url_state as u
set next_try_at = r.polled_at, failures = 0, load_seq = getvariable('load_seq')
from rechecks as r
where
    u.url_key = r.url_key
    and (u.next_try_at is null or (u.next_try_at > r.polled_at and not r.is_stand_in));

-- An address where only redirects led has no status of its own yet.
insert into ops.url_state by name
select
    url_key,
    url,
    'duplicate' as outcome,
    'An address of a known article.' as reason,
    polled_at as since,
    polled_at as first_seen_at,
    polled_at as next_try_at,
    0 as failures,
    article_id,
    feed_id,
    run_id,
    getvariable('load_seq') as load_seq
from rechecks
anti join ops.url_state using (url_key);
