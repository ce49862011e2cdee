-- The articles as their current version is read now; load/72_authors.sql goes on from changed_articles.
create or replace temp table changed_articles as
with standing as (
    select article_id, max(version) as current_version
    from fct_versions
    semi join rereadings using (article_id)
    group by article_id
),

unfounded as (
    select article_id, count(*) as version_count
    from unfounded_versions
    group by article_id
)

select
    d.* exclude (load_seq) replace (
        if(n.version is null, d.canonical_url, n.canonical_url) as canonical_url,
        if(n.version is null, d.title, n.title) as title,
        if(n.version is null, d.headline, n.headline) as headline,
        if(n.version is null, d.standfirst, n.standfirst) as standfirst,
        if(n.version is null, d.title_key, n.title_key) as title_key,
        if(n.version is null, d.content_hash, n.content_hash) as content_hash,
        if(n.version is null, d.body_hash, n.body_hash) as body_hash,
        if(n.version is null, d.authors, n.authors) as authors,
        if(n.version is null, d.published_at, n.published_at) as published_at,
        if(n.version is null, d.published_precision, n.published_precision) as published_precision,
        if(n.version is null, d.published_offset_minutes, n.published_offset_minutes) as published_offset_minutes,
        if(n.version is null, d.published_raw, n.published_raw) as published_raw,
        if(n.version is null, d.language, n.language) as language,
        if(n.version is null, d.section, n.section) as section,
        if(n.version is null, d.tags, n.tags) as tags,
        if(n.version is null, d.access, n.access) as access,
        if(n.version is null, d.page_kind, n.page_kind) as page_kind,
        if(n.version is null, d.rights, n.rights) as rights,
        if(n.version is null, d.reading_time_minutes, n.reading_time_minutes) as reading_time_minutes,
        if(n.version is null, d.reading_time_is_computed, n.reading_time_is_computed) as reading_time_is_computed,
        if(n.version is null, d.image_url, n.image_url) as image_url,
        if(n.version is null, d.image_caption, n.image_caption) as image_caption,
        if(n.version is null, d.image_credit, n.image_credit) as image_credit,
        if(n.version is null, d.agency_credit, n.agency_credit) as agency_credit,
        if(n.version is null, d.promotion, n.promotion) as promotion,
        if(n.version is null, d.witnesses, n.witnesses) as witnesses,
        s.current_version as current_version,
        d.version_count - coalesce(u.version_count, 0) as version_count
    )
from dim_articles as d
join standing as s using (article_id)
left join unfounded as u using (article_id)
left join rereadings as n on n.article_id = d.article_id and n.version = d.current_version;

delete from dim_articles
where article_id in (select article_id from changed_articles);

insert into dim_articles by name
select *, getvariable('load_seq') as load_seq
from changed_articles;
