-- The article at an address, in its current version. Parameter: $url_key.
select
    d.*,
    v.extractor,
    (
        select list({'kind': p.kind, 'text': p.text} order by p.ordinal)
        from fct_paragraphs as p
        where p.article_id = d.article_id and p.version = d.current_version
    ) as paragraphs
from dim_articles as d
join fct_versions as v on v.article_id = d.article_id and v.version = d.current_version
join ops.url_aliases as a on a.article_id = d.article_id
where a.url_key = $url_key;
