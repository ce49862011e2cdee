-- Addresses that lead to an article, with the evidence. Parameter: $keys.
select url, url_key, article_id, evidence, is_fetched, first_seen_at
from ops.url_aliases
where url_key in (select unnest($keys))
order by first_seen_at, url_key;
