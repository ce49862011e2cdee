-- URLs that what this batch learnt settles: listed ones that turned out to be an address of an article without being
-- asked for, and ones whose redirects ended at an address whose article was not known yet.
create or replace temp table settled_urls as
select
    u.url_key,
    u.url,
    a.article_id,
    u.feed_id,
    a.run_id,
    a.first_seen_at as decided_at,
    'duplicate' as outcome,
    'An address of a known article, by ' || a.evidence || '.' as reason
from ops.url_state as u
join new_aliases as a using (url_key)
where u.outcome = 'deferred' and u.last_tried_at is null and a.is_fetched;

update ops.url_state as u
set
    outcome = s.outcome,
    reason = s.reason,
    since = s.decided_at,
    next_try_at = null,
    article_id = s.article_id,
    run_id = s.run_id,
    load_seq = getvariable('load_seq')
from settled_urls as s
where u.url_key = s.url_key;

delete from fct_outcomes as o
using settled_urls as s
where o.stage = 'plan' and o.run_id = s.run_id and o.url_key = s.url_key;

insert into fct_outcomes by name
select *, 'plan' as stage, getvariable('load_seq') as load_seq
from settled_urls;

create or replace temp table arrived_urls as
select
    u.url_key,
    u.url,
    a.article_id,
    'redirect' as evidence,
    true as is_fetched,
    u.last_tried_at as first_seen_at,
    u.run_id
from ops.url_state as u
join ops.url_aliases as a on a.url_key = u.same_as_key and (a.is_fetched or a.evidence = 'redirect')
anti join (from ops.url_aliases where is_fetched) as known on known.url_key = u.url_key
where u.outcome = 'duplicate';

update ops.url_state as u
set article_id = a.article_id, load_seq = getvariable('load_seq')
from arrived_urls as a
where u.url_key = a.url_key and u.article_id is distinct from a.article_id;

delete from ops.url_aliases
where url_key in (select url_key from arrived_urls);

insert into ops.url_aliases by name
select *, getvariable('load_seq') as load_seq
from arrived_urls;
