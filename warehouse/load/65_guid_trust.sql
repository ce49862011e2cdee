-- Trust in guids, second half: guids whose links led to different articles. Two such guids, and the feed's collide.
create or replace temp table changed_trust as
with listed as (
    select result_number, feed_id, entry_key as guid, decided_at, unnest(guid_keys) as url_key
    from readings
    where feed_id is not null
),

reused as (
    select l.feed_id, list(distinct l.guid) as guids, max(l.decided_at) as decided_at
    from listed as l
    join identities as i using (result_number)
    join ops.url_aliases as a using (url_key)
    where a.is_fetched and a.article_id <> i.article_id
    group by l.feed_id
),

evidence as (
    select
        r.feed_id,
        r.decided_at,
        coalesce(known.reused_guids, []) as known_guids,
        list_sort(list_distinct(list_concat(known_guids, r.guids))) as guids
    from reused as r
    left join ops.guid_trust as known using (feed_id)
    where coalesce(known.trust, 'trusted') = 'trusted'
)

select
    feed_id,
    decided_at,
    if(len(guids) >= 2, 'collides', 'trusted') as trust,
    format('{} of its guids stood for several articles or links.', len(guids)) as reason,
    guids as reused_guids
from evidence
where guids <> known_guids;
