-- Where suppressed addresses stand now. Reasons of earlier outcomes may quote the page.
update fct_outcomes
set reason = 'It quoted the page, which was forgotten.', load_seq = getvariable('load_seq')
where
    url_key in (select url_key from suppressed_addresses)
    and stage = 'extract'
    and outcome not in ('loaded', 'revised', 'unchanged', 'duplicate', 'suppressed')
    and reason <> 'It quoted the page, which was forgotten.';

create or replace temp table newly_suppressed as
select u.url_key, u.url, s.reason, u.article_id, u.feed_id
from ops.url_state as u
join suppressed_addresses as s using (url_key)
where u.outcome <> 'suppressed' or u.next_try_at is not null;

insert into fct_outcomes by name
select
    *,
    getvariable('run_id') as run_id,
    'forget' as stage,
    'suppressed' as outcome,
    getvariable('takedown_at') as decided_at,
    getvariable('load_seq') as load_seq
from newly_suppressed;

update ops.url_state as u
set
    outcome = 'suppressed',
    reason = s.reason,
    since = getvariable('takedown_at'),
    next_try_at = null,
    failures = 0,
    run_id = getvariable('run_id'),
    load_seq = getvariable('load_seq')
from newly_suppressed as s
where u.url_key = s.url_key;
