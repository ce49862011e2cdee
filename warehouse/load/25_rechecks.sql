-- Articles that the feeds announce anew, to be read again: the plan takes them from here, and the load keeps them due
-- until they were (46_due_rechecks). Before the sightings, which still have what the feeds said until now.

-- Live articles whose entry says something else than it did (title, link, summary or updated time; not its place in the
-- listing), and gone articles that are listed anew.
create or replace temp table changed_articles as
with standing as (
    select feed_id, entry_key, wording_hash
    from fct_sightings
    where last_seen_at is null and feed_id in (select feed_id from stg_polls where result = 'listed')
)

select
    e.* exclude (url, url_key),
    e.url as entry_url,
    d.url,
    d.url_key,
    d.article_id,
    d.body_source = 'feed' as is_stand_in,
    p.run_id,
    p.language as feed_language,
    coalesce(e.published_at, e.polled_at) as newness
from stg_entries as e
join stg_polls as p using (feed_id)
anti join standing as same using (feed_id, entry_key, wording_hash)
join ops.url_aliases as a on a.url_key = e.url_key and a.is_fetched
join dim_articles as d on d.article_id = a.article_id
left join (select distinct feed_id, entry_key from standing) as listed
    on listed.feed_id = e.feed_id and listed.entry_key = e.entry_key
where
    p.result = 'listed'
    and (listed.feed_id is not null or d.gone_at is not null)
    and d.body_source <> 'document'
qualify row_number() over (partition by d.article_id order by e.feed_id, e.position) = 1;

-- Live articles whose entry was taken out of its feed and did not roll out of it: something published earlier is still
-- listed there, and no feed lists the article any more.
create or replace temp table removed_articles as
with listings as (
    select
        p.feed_id,
        p.url as feed_url,
        p.language as feed_language,
        p.polled_at,
        p.run_id,
        min(e.published_at) as oldest_published_at
    from stg_polls as p
    join stg_entries as e using (feed_id)
    where p.result = 'listed'
    group by all
),

taken_out as (
    select
        s.* exclude (url, url_key, run_id, first_seen_at, last_seen_at, load_seq),
        s.url as entry_url,
        a.article_id,
        l.feed_url,
        l.feed_language,
        l.polled_at,
        l.run_id
    from fct_sightings as s
    join listings as l using (feed_id)
    join ops.url_aliases as a using (url_key)
    where s.last_seen_at is null and s.published_at > l.oldest_published_at
),

listed_articles as (
    select a.article_id
    from stg_entries as e
    join ops.url_aliases as a using (url_key)
    union
    select a.article_id
    from fct_sightings as s
    join ops.url_aliases as a using (url_key)
    anti join listings as l on l.feed_id = s.feed_id
    where s.last_seen_at is null and a.article_id in (select article_id from taken_out)
)

select
    t.*,
    d.url,
    d.url_key,
    d.body_source = 'feed' as is_stand_in,
    t.published_at as newness
from taken_out as t
anti join listed_articles using (article_id)
join dim_articles as d using (article_id)
where d.gone_at is null and d.body_source <> 'document'
qualify row_number() over (partition by d.article_id order by t.feed_id, t.position) = 1;

create or replace temp table rechecks as
from changed_articles
union all by name
from removed_articles;
