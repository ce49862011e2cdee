-- Trust in guids, first half: what the listings of this batch say against them. Before the sightings, which still have
-- what the feeds listed until now. Once a feed's guids are not trusted, they stay so.
--   churns    of the links that are listed as before, three or more, and a fifth or more, have another guid than before
--   collides  two guids of the feed stand for several links each, or one does for three (65_guid_trust.sql has more)
create or replace temp table guid_evidence as
with listings as (
    select feed_id, polled_at
    from stg_polls
    anti join (from ops.guid_trust where trust <> 'trusted') using (feed_id)
    where result = 'listed'
),

entries as (
    select feed_id, guid, url_key
    from stg_entries
    semi join listings using (feed_id)
    where guid is not null and url_key is not null
),

standing as (
    select feed_id, url_key, list(distinct guid) as guids
    from fct_sightings
    semi join listings using (feed_id)
    where last_seen_at is null and guid is not null
    group by feed_id, url_key
),

known_links as (
    select e.feed_id, e.url_key, bool_or(list_contains(s.guids, e.guid)) as keeps_guid
    from entries as e
    join standing as s using (feed_id, url_key)
    group by e.feed_id, e.url_key
),

churned as (
    select feed_id, count(*) as link_count, count(*) filter (not keeps_guid) as churned_count
    from known_links
    group by feed_id
    having churned_count >= 3 and 5 * churned_count >= link_count
),

repeated as (
    select feed_id, guid, count(distinct url_key) as link_count
    from entries
    group by feed_id, guid
    having count(distinct url_key) > 1
),

collided as (
    select feed_id, list(guid order by guid) as guids, max(link_count) as link_count
    from repeated
    group by feed_id
),

evidence as (
    select
        l.feed_id,
        l.polled_at,
        ch.link_count,
        ch.churned_count,
        c.link_count as links_of_a_guid,
        coalesce(known.reused_guids, []) as known_guids,
        list_sort(list_distinct(list_concat(known_guids, coalesce(c.guids, [])))) as guids
    from listings as l
    left join churned as ch using (feed_id)
    left join collided as c using (feed_id)
    left join ops.guid_trust as known using (feed_id)
    where ch.feed_id is not null or c.feed_id is not null
)

select
    feed_id,
    polled_at as decided_at,
    case
        when churned_count is not null then 'churns'
        when len(guids) >= 2 or links_of_a_guid >= 3 then 'collides'
        else 'trusted'
    end as trust,
    case
        when churned_count is not null
            then format('{} of {} links that were listed before came under other guids.', churned_count, link_count)
        when links_of_a_guid >= 3 then format('One guid stands for {} links in one document.', links_of_a_guid)
        else format('{} of its guids stood for several articles or links.', len(guids))
    end as reason,
    known_guids,
    guids as reused_guids
from evidence;

create or replace temp table changed_trust as
from guid_evidence
where trust <> 'trusted' or reused_guids <> known_guids;
