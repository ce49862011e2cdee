-- Undoes a merge: the addresses that it moved, and that still lead to the kept article, lead where they led before,
-- with what later readings added to when they were last seen.
-- Variables: load_seq, changed_at, reason, merge_number.
create or replace temp table restored_aliases as
select
    e.*,
    if(a.last_seen_at > m.merged_at, a.last_seen_at, e.last_seen_at) as still_seen_at
from ops.ended_aliases as e
join ops.merges as m using (merge_number)
join ops.url_aliases as a on a.url_key = e.url_key and a.article_id = m.kept_article_id
where e.merge_number = getvariable('merge_number');

delete from ops.url_aliases
where url_key in (select url_key from restored_aliases);

insert into ops.url_aliases by name
select
    * exclude (ended_at, end_reason, merge_number, still_seen_at)
    replace (still_seen_at as last_seen_at, getvariable('load_seq') as load_seq)
from restored_aliases;

delete from ops.ended_aliases
where
    merge_number = getvariable('merge_number')
    and url_key in (select url_key from restored_aliases);

update ops.ended_aliases
set merge_number = null
where merge_number = getvariable('merge_number');

update ops.url_state as u
set article_id = m.merged_article_id, load_seq = getvariable('load_seq')
from ops.merges as m
where
    m.merge_number = getvariable('merge_number')
    and u.article_id = m.kept_article_id
    and list_contains(m.url_keys, u.url_key);

-- The article is shown again, to readers that go by load_seq, too.
update dim_articles as d
set load_seq = getvariable('load_seq')
from ops.merges as m
where m.merge_number = getvariable('merge_number') and d.article_id = m.merged_article_id;

update ops.merges
set
    undone_at = getvariable('changed_at'),
    undone_reason = getvariable('reason'),
    load_seq = getvariable('load_seq')
where merge_number = getvariable('merge_number');
