-- URLs that what this batch learnt settles: listed ones that turned out to be an address of an article without being
-- asked for, and ones whose redirects ended at an address whose article was not known yet.
create or replace temp table settled_urls as
select
    u.url_key,
    u.url,
    a.article_id,
    u.feed_id,
    a.run_id,
    a.decided_at,
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

-- One that was parted from the article by hand leads there all the same and is none of its addresses.
create or replace temp table arrived_urls as
select
    u.url_key,
    u.url,
    a.article_id,
    u.last_tried_at,
    u.run_id
from ops.url_state as u
join ops.url_aliases as a on a.url_key = u.same_as_key and (a.is_fetched or a.evidence = 'redirect')
anti join (
    from ops.url_aliases as k
    join dim_articles as d using (article_id)
    where k.is_fetched and (d.url_key = k.url_key or k.evidence = 'by hand')
) as own on own.url_key = u.url_key
anti join (from ops.url_aliases where is_fetched) as known
    on known.url_key = u.url_key and known.article_id = a.article_id
where u.outcome = 'duplicate';

update ops.url_state as u
set article_id = a.article_id, load_seq = getvariable('load_seq')
from arrived_urls as a
where u.url_key = a.url_key and u.article_id is distinct from a.article_id;

create or replace temp table arrived_aliases as
select
    r.url_key,
    r.url,
    r.article_id,
    'redirect' as evidence,
    true as is_fetched,
    if(known.article_id = r.article_id, least(known.first_seen_at, r.last_tried_at), r.last_tried_at) as first_seen_at,
    if(known.article_id = r.article_id, greatest(known.last_seen_at, r.last_tried_at), r.last_tried_at) as last_seen_at,
    r.run_id
from arrived_urls as r
anti join ops.separations as s using (url_key, article_id)
left join ops.url_aliases as known using (url_key);

insert into ops.ended_aliases by name
select
    known.* replace (getvariable('load_seq') as load_seq),
    greatest(known.last_seen_at, n.last_seen_at) as ended_at,
    'It was asked for and led to another article.' as end_reason
from ops.url_aliases as known
join arrived_aliases as n on n.url_key = known.url_key and n.article_id <> known.article_id;

delete from ops.url_aliases
where url_key in (select url_key from arrived_aliases);

insert into ops.url_aliases by name
select *, getvariable('load_seq') as load_seq
from arrived_aliases;

create or replace temp table confirmed_aliases as
select a.url_key, max(r.decided_at) as last_seen_at
from stg_page_results as r
join ops.url_aliases as there on there.url_key = r.same_as_key
join ops.url_aliases as a on a.url_key = r.url_key and a.article_id = there.article_id
group by a.url_key, a.last_seen_at
having max(r.decided_at) > a.last_seen_at;

update ops.url_aliases as a
set last_seen_at = c.last_seen_at, load_seq = getvariable('load_seq')
from confirmed_aliases as c
where a.url_key = c.url_key;
