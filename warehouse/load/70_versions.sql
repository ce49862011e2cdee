-- Readings that are older than the version that holds: an import may bring them after the runs have read on. They change
-- nothing of the article. A document has no time but that of its import; and runs that are given one time to start at, as
-- replays are, may read a page some minutes before they read it.
create or replace temp table outdated_readings as
select r.result_number
from readings as r
join identities as i using (result_number)
join dim_articles as d using (article_id)
join fct_versions as v on v.article_id = d.article_id and v.version = d.current_version
where r.decided_at < v.observed_at - interval 10 minutes and r.body_source <> 'document';

-- Which readings become versions. In order of time each is compared with the one before, the first with the current
-- version. A reading takes part when it stands at the article's own address: another rendering of the page, known by
-- its canonical URL or its text, would look like a revision. A stand-in from a feed gives way to a page, never the
-- other way round.
create or replace temp table candidates as
with placed as (
    select
        r.result_number,
        i.article_id,
        i.evidence,
        r.decided_at,
        r.content_hash,
        r.body_source,
        d.content_hash as known_content_hash,
        d.body_source as known_body_source,
        d.current_version,
        f.article_id is not null as is_forgotten,
        i.evidence in ('address', 'guid') or i.lead_key = r.final_key as is_own_address,
        coalesce(d.body_source, 'feed') <> 'feed'
        or bool_or(r.body_source <> 'feed') over (partition by i.article_id) as has_page
    from readings as r
    join identities as i using (result_number)
    left join dim_articles as d using (article_id)
    anti join outdated_readings as o using (result_number)
    left join forgotten_versions as f on f.article_id = d.article_id and f.version = d.current_version
)

select *
from placed
where
    (is_own_address or (known_body_source = 'feed' and body_source <> 'feed'))
    and (body_source <> 'feed' or not has_page);

create or replace temp table new_versions as
with compared as (
    select
        *,
        lag(content_hash, 1, if(is_forgotten, null, known_content_hash)) over in_time as previous_hash,
        lag(body_source, 1, known_body_source) over in_time as previous_source
    from candidates
    window in_time as (partition by article_id order by decided_at, result_number)
),

differing as (
    select
        *,
        coalesce(previous_source = 'feed' and body_source <> 'feed', false) as replaces_stand_in
    from compared
    where content_hash is distinct from previous_hash or (previous_source = 'feed' and body_source <> 'feed')
)

select
    result_number,
    article_id,
    coalesce(current_version, 0)
    + row_number() over (partition by article_id order by decided_at, result_number) as version,
    body_source,
    replaces_stand_in,
    previous_hash is null and current_version is null as is_first
from differing;

insert into fct_versions by name
select
    n.article_id,
    n.version,
    r.decided_at as observed_at,
    r.run_id,
    r.fetch_id,
    a.final_url as url,
    a.title,
    a.headline,
    a.standfirst,
    a.body,
    a.word_count,
    a.content_hash,
    a.body_hash,
    a.title_key,
    a.modified_at,
    a.body_source,
    a.extractor,
    a.text_state,
    getvariable('load_seq') as load_seq
from new_versions as n
join readings as r using (result_number)
join stg_articles as a using (result_number)
order by n.article_id, n.version;

insert into fct_paragraphs by name
select
    n.article_id,
    n.version,
    ordinal,
    paragraph.kind,
    paragraph.text,
    paragraph.text_hash,
    getvariable('load_seq') as load_seq
from new_versions as n
join stg_articles as a using (result_number)
cross join lateral (select unnest(a.paragraphs) as paragraph, generate_subscripts(a.paragraphs, 1) as ordinal)
order by n.article_id, n.version, ordinal;
