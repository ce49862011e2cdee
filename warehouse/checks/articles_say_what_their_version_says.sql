-- An article and its current version differ in text, or the current version is not the last one.
with touched as (
    select article_id
    from dim_articles
    where load_seq > getvariable('since')
    union
    select article_id
    from fct_versions
    where load_seq > getvariable('since')
)

select a.article_id, a.current_version, max(v.version) as last_version
from dim_articles as a
join fct_versions as v using (article_id)
where a.article_id in (from touched)
group by a.article_id, a.current_version, a.content_hash
having
    a.current_version <> max(v.version)
    or bool_or(v.version = a.current_version and v.content_hash <> a.content_hash);
