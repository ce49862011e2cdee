-- Parts an address from the article that a load joined it with, and with it the addresses that redirect there. They are
-- due at once, to be read as an article of their own.
-- Variables: load_seq, changed_at, reason, url_key, article_id.
create or replace temp table parted_aliases as
select *
from ops.url_aliases
where
    article_id = getvariable('article_id')
    and left(sha256(url_key), 16) <> article_id
    and (
        url_key = getvariable('url_key')
        or url_key in (select url_key from ops.url_state where same_as_key = getvariable('url_key'))
    );

insert into ops.ended_aliases by name
select
    * replace (getvariable('load_seq') as load_seq),
    greatest(last_seen_at, getvariable('changed_at')) as ended_at,
    'Split by hand: ' || getvariable('reason') as end_reason
from parted_aliases;

delete from ops.url_aliases
where url_key in (select url_key from parted_aliases);

insert into ops.separations by name
select
    url_key,
    url,
    article_id,
    evidence,
    getvariable('changed_at') as separated_at,
    getvariable('reason') as reason,
    getvariable('load_seq') as load_seq
from parted_aliases;

-- A document is read when it is imported, and nothing can be asked for under its address.
create or replace temp table parted_urls as
select
    p.url_key,
    coalesce(u.url, p.url) as url,
    'deferred' as outcome,
    'Split by hand from the article ' || p.article_id || ', to be read as its own: ' || getvariable('reason') as reason,
    getvariable('changed_at') as since,
    coalesce(u.first_seen_at, p.first_seen_at) as first_seen_at,
    u.last_tried_at,
    if(starts_with(p.url_key, 'document:'), null, getvariable('changed_at')) as next_try_at,
    0 as failures,
    u.feed_id,
    coalesce(u.run_id, p.run_id) as run_id
from parted_aliases as p
left join ops.url_state as u using (url_key)
where p.is_fetched or u.url_key is not null;

delete from ops.url_state
where url_key in (select url_key from parted_urls);

insert into ops.url_state by name
select *, getvariable('load_seq') as load_seq
from parted_urls;

-- An article that was last read at a parted address is read again at the one that was seen last of those it has.
create or replace temp table new_homes as
select a.url_key, a.url, a.article_id, a.first_seen_at, a.run_id
from ops.url_aliases as a
join dim_articles as d using (article_id)
where
    a.is_fetched
    and d.article_id = getvariable('article_id')
    and d.url_key in (select url_key from parted_aliases)
order by a.last_seen_at desc, a.url_key
limit 1;

update dim_articles as d
set url = n.url, url_key = n.url_key, load_seq = getvariable('load_seq')
from new_homes as n
where d.article_id = n.article_id;

update ops.url_state as u
set next_try_at = getvariable('changed_at'), failures = 0, load_seq = getvariable('load_seq')
from new_homes as n
where u.url_key = n.url_key and not starts_with(u.url_key, 'document:');

insert into ops.url_state by name
select
    url_key,
    url,
    'duplicate' as outcome,
    'An address of a known article.' as reason,
    getvariable('changed_at') as since,
    first_seen_at,
    getvariable('changed_at') as next_try_at,
    0 as failures,
    article_id,
    run_id,
    getvariable('load_seq') as load_seq
from new_homes
anti join ops.url_state using (url_key);
