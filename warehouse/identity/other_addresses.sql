-- The addresses of an article that can be parted from it: all but the one it is named after. Parameter: $article_id.
select url
from ops.url_aliases
where article_id = $article_id and left(sha256(url_key), 16) <> article_id
order by is_fetched desc, first_seen_at, url_key;
