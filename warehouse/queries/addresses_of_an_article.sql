-- The addresses under which the article at an address is known. One that pages only pass on the way may lead to other
-- articles as well, and so may one that more than one article states as canonical: they are left out.
-- Parameter: $url_key.
with found as (
    select article_id
    from ops.url_aliases
    where url_key = $url_key
    union
    select article_id
    from ops.url_state
    where url_key = $url_key and article_id is not null
)

select a.url_key, a.article_id
from ops.url_aliases as a
join found using (article_id)
where
    a.is_fetched
    or (
        a.evidence = 'canonical'
        and not exists (
            from dim_articles as other
            where other.canonical_url = a.url and other.article_id <> a.article_id
        )
    )
union
select d.url_key, d.article_id
from dim_articles as d
join found using (article_id)
union
select $url_key, min(article_id)
from found
order by 1;
