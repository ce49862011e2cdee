-- Articles that addresses lead to. Parameter: $keys.
select
    article_id,
    url,
    canonical_url,
    site,
    headline,
    published_at,
    body_source,
    current_version,
    first_seen_at,
    gone_at
from dim_articles
where article_id in (
    select article_id
    from ops.url_aliases
    where url_key in (select unnest($keys))
)
order by first_seen_at, article_id;
