-- Versions of the articles that addresses lead to. Parameter: $keys.
select article_id, version, observed_at, url, headline, word_count, body_source, extractor, run_id
from fct_versions
where article_id in (
    select article_id
    from ops.url_aliases
    where url_key in (select unnest($keys))
)
order by article_id, version;
