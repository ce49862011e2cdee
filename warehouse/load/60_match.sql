-- Identity, first half: which known article each reading (a page result with an article) is one of, and by what
-- evidence. The lowest rank wins:
--   1     its final address is a fetched address of the article
--   2     the requested one is, and headline, text or moment of publication agrees
--   3     the feed gave the entry's guid to the article before, and the same agrees: the article moved
--   4     one of them states the other's address as its canonical URL or AMP page, and text or headline agrees
--   5     the addresses share their loose key, and nine tenths of the paragraphs, either way
--   6     the same site has the same text under the same headline, first seen within two days
-- Except by address, an article of another site never matches, nor one that was parted from the address by hand.
create or replace temp table readings as
select
    a.result_number,
    r.run_id,
    r.feed_id,
    r.entry_key,
    r.guid_keys,
    if(r.outcome is null, r.fetch_id, null) as fetch_id,
    r.url,
    r.url_key,
    r.loose_key as url_loose_key,
    r.moved_permanently,
    r.decided_at,
    a.final_url,
    a.final_key,
    a.loose_key,
    a.canonical_url,
    a.canonical_key,
    a.amp_url,
    a.amp_key,
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

create or replace temp table own_paragraphs as
select distinct result_number, unnest(paragraphs).text_hash as text_hash
from stg_articles;

create or replace temp table own_counts as
select result_number, count(*) as own_count
from own_paragraphs
group by result_number;

-- Where the requested addresses led before this batch.
create or replace temp table known_addresses as
select url_key, article_id
from ops.url_aliases
semi join stg_page_results using (url_key)
where is_fetched;

create or replace temp table reading_addresses as
select result_number, final_key as url_key, final_url as url, 1 as match_rank, site, title_key, body_hash
from readings
union all
select result_number, url_key, url, 2, site, title_key, body_hash
from readings
where url_key <> final_key;

create or replace temp table separated as
select distinct r.result_number, s.article_id
from reading_addresses as r
join ops.separations as s using (url_key);

-- Another rendering that was merged by hand shows no revision of the article.
create or replace temp table address_candidates as
select
    r.result_number,
    a.article_id,
    r.match_rank,
    if(
        bool_and(a.evidence = 'by hand') over (partition by r.result_number, a.article_id),
        'by hand',
        'address'
    ) as evidence
from reading_addresses as r
join ops.url_aliases as a using (url_key)
where a.is_fetched;

create or replace temp table address_matches as
from address_candidates
where match_rank = 1;

-- The requested address is known and redirects to one that is not: it may lead anywhere by now.
create or replace temp table move_candidates as
from address_candidates
anti join address_matches using (result_number);

-- A guid proves nothing alone: feeds give one to whatever leads the page, or to each day's briefing.
create or replace temp table guid_candidates as
with listed as (
    select result_number, site, unnest(guid_keys) as url_key
    from readings
)

select distinct l.result_number, d.article_id
from listed as l
join ops.url_aliases as a using (url_key)
join dim_articles as d on d.article_id = a.article_id and d.site = l.site
anti join address_matches as m on m.result_number = l.result_number
anti join separated as s on s.result_number = l.result_number and s.article_id = d.article_id
where a.is_fetched;

-- Addresses that pages of more than three titles state for themselves: a fault in a template, evidence of nothing.
create or replace temp table overstated_addresses as
with stated as (
    select canonical_key as url_key, canonical_url as url, title_key
    from readings
    where canonical_key is not null
    union all
    select amp_key, amp_url, title_key
    from readings
    where amp_key is not null
),

addresses as (
    select url_key, url from stated
    union
    select url_key, url from reading_addresses
),

statements as (
    select url_key, title_key from stated
    union all
    select a.url_key, d.title_key
    from dim_articles as d
    join addresses as a on a.url = d.canonical_url
)

select url_key
from statements
group by url_key
having count(distinct title_key) > 3;

create or replace temp table claim_candidates as
with stated as (
    select result_number, canonical_key as url_key, 'canonical' as evidence, site
    from readings
    where canonical_key is not null
    union all
    select result_number, amp_key, 'amp', site
    from readings
    where amp_key is not null
),

named as (
    select r.result_number, a.article_id, r.evidence, r.url_key, r.site
    from stated as r
    join ops.url_aliases as a using (url_key)
    union all
    select r.result_number, a.article_id, if(a.evidence = 'amp', 'amp', 'canonical'), r.url_key, r.site
    from reading_addresses as r
    join ops.url_aliases as a using (url_key)
    where not a.is_fetched
)

select n.result_number, n.article_id, n.evidence
from named as n
join dim_articles as d on d.article_id = n.article_id and d.site = n.site
anti join overstated_addresses as o on o.url_key = n.url_key
anti join address_matches as m on m.result_number = n.result_number
anti join separated as s on s.result_number = n.result_number and s.article_id = n.article_id;

create or replace temp table page_candidates as
select distinct r.result_number, d.article_id
from readings as r
join ops.url_aliases as a using (loose_key)
join dim_articles as d on d.article_id = a.article_id and d.site = r.site
anti join address_matches as m on m.result_number = r.result_number
anti join separated as s on s.result_number = r.result_number and s.article_id = d.article_id
where a.is_fetched and r.is_telling;

-- In what a reading agrees with the article that it may be: headline, text, the moment of publication where both state
-- more than a day, and how large a share of the paragraphs of either the other has.
create or replace temp table agreements as
with candidates as (
    select result_number, article_id from move_candidates
    union
    from guid_candidates
    union
    select result_number, article_id from claim_candidates
    union
    from page_candidates
),

their_paragraphs as (
    select distinct p.article_id, p.text_hash
    from fct_paragraphs as p
    join dim_articles as d on d.article_id = p.article_id and d.current_version = p.version
    semi join candidates as c on c.article_id = p.article_id
),

their_counts as (
    select article_id, count(*) as their_count
    from their_paragraphs
    group by article_id
),

common as (
    select c.result_number, c.article_id, count(*) as common_count
    from candidates as c
    join own_paragraphs as own using (result_number)
    join their_paragraphs as theirs on theirs.article_id = c.article_id and theirs.text_hash = own.text_hash
    group by c.result_number, c.article_id
)

select
    c.result_number,
    c.article_id,
    coalesce(d.title_key = r.title_key, false) as has_title,
    coalesce(d.body_hash = r.body_hash, false) as has_body,
    coalesce(
        d.published_at = r.published_at
        and d.published_precision = r.published_precision
        and r.published_precision <> 'day',
        false
    ) as has_moment,
    r.is_telling and v.word_count >= 40 as is_telling,
    coalesce(n.common_count / o.own_count, 0) as own_share,
    coalesce(n.common_count / t.their_count, 0) as their_share
from candidates as c
join readings as r using (result_number)
join dim_articles as d using (article_id)
join fct_versions as v on v.article_id = d.article_id and v.version = d.current_version
left join own_counts as o using (result_number)
left join their_counts as t using (article_id)
left join common as n using (result_number, article_id);

create or replace temp table move_matches as
select c.result_number, c.article_id, c.match_rank, c.evidence
from move_candidates as c
join agreements as g using (result_number, article_id)
join dim_articles as d using (article_id)
where
    g.has_title
    or g.has_body
    or g.has_moment
    or g.own_share >= 0.5
    or d.body_source = 'feed';

-- What is said of a column's pages, by guid or by address, may be said of each, and they have one headline: it confirms
-- only where the texts do not speak against it.
create or replace temp macro is_confirmed(has_title, has_body, has_moment, is_telling, share) as
    has_body or (has_title and (has_moment or not is_telling or share >= 0.25));

create or replace temp table guid_matches as
select result_number, article_id, 3 as match_rank, 'guid' as evidence
from guid_candidates
join agreements using (result_number, article_id)
where has_moment or own_share >= 0.5 or is_confirmed(has_title, has_body, has_moment, is_telling, own_share);

create or replace temp table claim_matches as
select result_number, article_id, 4 as match_rank, evidence
from claim_candidates
join agreements using (result_number, article_id)
where is_confirmed(has_title, has_body, has_moment, is_telling, greatest(own_share, their_share));

create or replace temp table page_matches as
select result_number, article_id, 5 as match_rank, 'same page' as evidence
from page_candidates
join agreements using (result_number, article_id)
where has_body or (own_share >= 0.9 and their_share >= 0.9);

-- A merged article's address leads to the one that was kept.
create or replace temp table text_matches as
select r.result_number, a.article_id, 6 as match_rank, 'same text' as evidence
from readings as r
join dim_articles as d on d.site = r.site and d.body_hash = r.body_hash and d.title_key = r.title_key
join ops.url_aliases as a on a.url_key = d.url_key
anti join separated as s on s.result_number = r.result_number and s.article_id = a.article_id
where r.is_telling and abs(epoch(r.decided_at) - epoch(d.first_seen_at)) <= 48 * 3600;

create or replace temp table matches as
from (
    from address_matches
    union all
    from move_matches
    union all
    from guid_matches
    union all
    from claim_matches
    union all
    from page_matches
    union all
    from text_matches
)
qualify row_number() over (partition by result_number order by match_rank, article_id, evidence desc) = 1;
