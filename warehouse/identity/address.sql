-- The article that an address leads to now. Parameter: $url_key.
select
    a.url_key,
    a.url,
    a.article_id,
    a.evidence,
    d.url as article_url,
    left(sha256(a.url_key), 16) = a.article_id as names_article
from ops.url_aliases as a
join dim_articles as d using (article_id)
where a.url_key = $url_key;
