-- One row per version × field that the new reading changes. The fields of the article beside its text are those of its
-- current version. When it was modified is told by its latest reading, which this need not be.
with texts as (
    select
        n.article_id,
        n.version,
        v.url,
        to_json({
            'title': v.title,
            'headline': v.headline,
            'standfirst': v.standfirst,
            'body': v.body
        }) as old_fields,
        to_json({
            'title': n.title,
            'headline': n.headline,
            'standfirst': n.standfirst,
            'body': n.body
        }) as new_fields
    from rereadings as n
    join fct_versions as v using (article_id, version)
),

facts as (
    select
        n.article_id,
        n.version,
        d.url,
        to_json({
            'canonical_url': d.canonical_url,
            'authors': d.authors,
            'published_at': d.published_at,
            'published_precision': d.published_precision,
            'published_offset_minutes': d.published_offset_minutes,
            'language': d.language,
            'section': d.section,
            'tags': d.tags,
            'access': d.access,
            'page_kind': d.page_kind,
            'rights': d.rights,
            'reading_time_minutes': d.reading_time_minutes,
            'image_url': d.image_url,
            'image_caption': d.image_caption,
            'image_credit': d.image_credit,
            'agency_credit': d.agency_credit,
            'promotion': d.promotion
        }) as old_fields,
        to_json({
            'canonical_url': n.canonical_url,
            'authors': n.authors,
            'published_at': n.published_at,
            'published_precision': n.published_precision,
            'published_offset_minutes': n.published_offset_minutes,
            'language': n.language,
            'section': n.section,
            'tags': n.tags,
            'access': n.access,
            'page_kind': n.page_kind,
            'rights': n.rights,
            'reading_time_minutes': n.reading_time_minutes,
            'image_url': n.image_url,
            'image_caption': n.image_caption,
            'image_credit': n.image_credit,
            'agency_credit': n.agency_credit,
            'promotion': n.promotion
        }) as new_fields
    from rereadings as n
    join dim_articles as d on d.article_id = n.article_id and d.current_version = n.version
),

fields as (
    select *, unnest(json_keys(old_fields)) as field
    from (from texts union all by name from facts)
)

select
    field,
    article_id,
    version,
    url,
    json_extract_string(old_fields, field) as old_value,
    json_extract_string(new_fields, field) as new_value
from fields
where old_value is distinct from new_value
order by field, article_id, version;
