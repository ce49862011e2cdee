-- Addresses that a feed lists and that are suppressed, and rechecks of suppressed articles: nobody asks for them.
update ops.url_state as u
set
    outcome = 'suppressed',
    reason = s.reason,
    since = if(u.outcome = 'suppressed', u.since, s.polled_at),
    next_try_at = null,
    failures = 0,
    load_seq = getvariable('load_seq')
from (
    select s.url_key, any_value(s.reason) as reason, min(e.polled_at) as polled_at
    from suppressed_entries as s
    join stg_entries as e using (url_key)
    group by s.url_key
) as s
where u.url_key = s.url_key and (u.outcome <> 'suppressed' or u.next_try_at is not null);

update ops.url_state as u
set next_try_at = null, load_seq = getvariable('load_seq')
from suppressed_articles as s
where u.article_id = s.article_id and u.next_try_at is not null;

update fct_outcomes as o
set outcome = 'suppressed', reason = s.reason
from suppressed_entries as s
where
    o.url_key = s.url_key
    and o.stage = 'plan'
    and o.load_seq = getvariable('load_seq')
    and o.run_id in (select run_id from stg_polls);
