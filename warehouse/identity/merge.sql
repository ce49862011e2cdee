-- Makes one article part of another: its addresses lead to the one that is kept, and the views no longer show it. Its
-- own rows stay as they are, and the ended aliases keep how its addresses were.
-- Variables: load_seq, changed_at, reason, merged_id, kept_id.
insert into ops.merges by name
select
    coalesce((select max(merge_number) from ops.merges), 0) + 1 as merge_number,
    getvariable('merged_id') as merged_article_id,
    getvariable('kept_id') as kept_article_id,
    getvariable('changed_at') as merged_at,
    getvariable('reason') as reason,
    coalesce(
        (select list(url_key order by url_key) from ops.url_state where article_id = getvariable('merged_id')), []
    ) as url_keys,
    getvariable('load_seq') as load_seq;

insert into ops.ended_aliases by name
select
    * replace (getvariable('load_seq') as load_seq),
    greatest(last_seen_at, getvariable('changed_at')) as ended_at,
    'Merged by hand: ' || getvariable('reason') as end_reason,
    (select max(merge_number) from ops.merges) as merge_number
from ops.url_aliases
where article_id = getvariable('merged_id');

update ops.url_aliases
set
    article_id = getvariable('kept_id'),
    evidence = 'by hand',
    first_seen_at = getvariable('changed_at'),
    last_seen_at = getvariable('changed_at'),
    load_seq = getvariable('load_seq')
where article_id = getvariable('merged_id');

update ops.url_state
set article_id = getvariable('kept_id'), load_seq = getvariable('load_seq')
where article_id = getvariable('merged_id');
