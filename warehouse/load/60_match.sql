-- Identity, first half: which known article each reading (a page result with an article) is one of, and by what
-- evidence. The lowest rank wins:
--   1, 2  its final address, then the requested one, is a fetched address of the article
--   3     the feed gave the entry's guid to the article before, and the text agrees: the article moved
--   4     one of them states the other's address as its canonical URL, and headline or body agrees
--   5     the same site has the same text under the same headline, first seen within two days
-- Except by address, an article of another site never matches.
create or replace temp table readings as
select
    a.result_number,
    r.run_id,
    r.feed_id,
    r.entry_key,
    r.fetch_id,
    r.url,
    r.url_key,
    r.decided_at,
    a.final_url,
    a.final_key,
    a.canonical_key,
    a.site,
    nullif(a.title_key, '') as title_key,
    if(a.word_count > 0, a.body_hash, null) as body_hash,
    a.word_count >= 40 as is_telling,
    a.content_hash,
    a.body_source,
    a.published_at,
    a.published_precision
from stg_articles as a
join stg_page_results as r using (result_number);

-- Where the requested addresses led before this batch.
create or replace temp table known_addresses as
select url_key, article_id
from ops.url_aliases
semi join stg_page_results using (url_key)
where is_fetched;

create or replace temp table reading_addresses as
select result_number, final_key as url_key, 1 as match_rank, site, title_key, body_hash
from readings
union all
select result_number, url_key, 2, site, title_key, body_hash
from readings
where url_key <> final_key;

create or replace temp table address_matches as
select r.result_number, a.article_id, r.match_rank, 'address' as evidence
from reading_addresses as r
join ops.url_aliases as a using (url_key)
where a.is_fetched;

-- A guid proves nothing alone: feeds give one to whatever leads the page, or to each day's briefing.
create or replace temp table guid_candidates as
select distinct r.result_number, d.article_id
from readings as r
join fct_sightings as s
    on s.feed_id = r.feed_id and s.entry_key = r.entry_key and s.guid = s.entry_key and s.url_key <> r.url_key
join ops.url_aliases as a on a.url_key = s.url_key and a.is_fetched
join dim_articles as d on d.article_id = a.article_id and d.site = r.site
anti join address_matches as m on m.result_number = r.result_number;

create or replace temp table guid_matches as
with shared as (
    select c.result_number, c.article_id, count(distinct p.text_hash) as shared_count
    from guid_candidates as c
    join dim_articles as d using (article_id)
    join fct_paragraphs as p on p.article_id = d.article_id and p.version = d.current_version
    join (
        select result_number, unnest(paragraphs).text_hash as text_hash
        from stg_articles
    ) as own on own.result_number = c.result_number and own.text_hash = p.text_hash
    group by all
)

select c.result_number, c.article_id, 3 as match_rank, 'guid' as evidence
from guid_candidates as c
join readings as r using (result_number)
join dim_articles as d using (article_id)
join stg_articles as a using (result_number)
left join shared as s using (result_number, article_id)
where
    d.title_key = r.title_key
    or d.body_hash = r.body_hash
    or (d.published_at = r.published_at and d.published_precision = r.published_precision and r.published_precision <> 'day')
    or 2 * s.shared_count >= len(a.paragraphs);

create or replace temp table canonical_matches as
with stated as (
    select result_number, canonical_key as url_key, site, title_key, body_hash
    from readings
    where canonical_key is not null
),

named as (
    select r.result_number, a.article_id, r.site, r.title_key, r.body_hash
    from stated as r
    join ops.url_aliases as a using (url_key)
    union all
    select r.result_number, a.article_id, r.site, r.title_key, r.body_hash
    from reading_addresses as r
    join ops.url_aliases as a using (url_key)
    where not a.is_fetched
)

select n.result_number, n.article_id, 4 as match_rank, 'canonical' as evidence
from named as n
join dim_articles as d on d.article_id = n.article_id and d.site = n.site
where d.title_key = n.title_key or d.body_hash = n.body_hash;

create or replace temp table text_matches as
select r.result_number, d.article_id, 5 as match_rank, 'same text' as evidence
from readings as r
join dim_articles as d on d.site = r.site and d.body_hash = r.body_hash and d.title_key = r.title_key
where r.is_telling and abs(epoch(r.decided_at) - epoch(d.first_seen_at)) <= 48 * 3600;

create or replace temp table matches as
from (
    from address_matches
    union all
    from guid_matches
    union all
    from canonical_matches
    union all
    from text_matches
)
qualify row_number() over (partition by result_number order by match_rank, article_id) = 1;
