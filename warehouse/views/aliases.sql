create or replace view aliases as
select
    url,
    article_id,
    evidence,
    is_fetched,
    first_seen_at,
    last_seen_at,
    null::timestamptz as ended_at,
    null::varchar as end_reason,
    true as is_current,
    url_key,
    load_seq
from ops.url_aliases
union all
select
    url,
    article_id,
    evidence,
    is_fetched,
    first_seen_at,
    last_seen_at,
    ended_at,
    end_reason,
    false,
    url_key,
    load_seq
from ops.ended_aliases;

comment on view aliases is 'One row per address of an article × interval in which it led there.';
comment on column aliases.url is 'The address as it was seen.';
comment on column aliases.article_id is 'The article; after a merge the one that was kept.';
comment on column aliases.evidence is 'Why it is the article''s: feed link, request, document, redirect, moved, further page, canonical, amp, guid, same page, same text, by hand.';
comment on column aliases.is_fetched is 'Whether the address was asked for, or the article was read there; false for one that a page only states or that was passed on the way.';
comment on column aliases.first_seen_at is 'When it was first seen to be the article''s, in UTC.';
comment on column aliases.last_seen_at is 'Last reading that confirmed it, in UTC.';
comment on column aliases.ended_at is 'When it ceased to be the article''s, in UTC; null while it is.';
comment on column aliases.end_reason is 'Why it ended, as a sentence.';
comment on column aliases.is_current is 'Whether it leads to the article now.';
comment on column aliases.url_key is 'Strict key of the address: equal for spellings of one address.';
comment on column aliases.load_seq is 'Load, merge or split that last changed this row.';
