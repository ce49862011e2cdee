-- Known addresses of a site, those that look most like a key first. Parameters: $site, $url_key.
with known as (
    select url_key, url
    from ops.url_state
    union
    select url_key, url
    from ops.url_aliases
)

select url_key, url
from known
where split_part(url_key, '/', 1) = $site or ends_with(split_part(url_key, '/', 1), '.' || $site)
order by jaro_winkler_similarity(url_key, $url_key) desc, url_key
limit 200;
