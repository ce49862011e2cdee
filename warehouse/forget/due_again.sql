-- Addresses that are suppressed no more (the table lifted_addresses): an article is due where it was last read, and what
-- is no article where it is. Nobody can ask for a document.
create or replace temp table due_again as
select
    u.url_key,
    u.url,
    u.article_id,
    u.feed_id,
    if(own.url_key <> u.url_key, 'duplicate', 'deferred') as outcome,
    if(own.url_key <> u.url_key, 'An address of a known article.', 'No longer suppressed, and not asked for yet.') as reason,
    if(own.url_key <> u.url_key or starts_with(u.url_key, 'document:'), null, getvariable('takedown_at')) as next_try_at
from ops.url_state as u
semi join lifted_addresses using (url_key)
left join dim_articles as d using (article_id)
left join ops.url_state as own on own.url_key = d.url_key
where u.outcome = 'suppressed';

insert into fct_outcomes by name
select
    * exclude (next_try_at),
    getvariable('run_id') as run_id,
    'forget' as stage,
    getvariable('takedown_at') as decided_at,
    getvariable('load_seq') as load_seq
from due_again;

update ops.url_state as u
set
    outcome = d.outcome,
    reason = d.reason,
    since = getvariable('takedown_at'),
    next_try_at = d.next_try_at,
    failures = 0,
    run_id = getvariable('run_id'),
    load_seq = getvariable('load_seq')
from due_again as d
where u.url_key = d.url_key;
