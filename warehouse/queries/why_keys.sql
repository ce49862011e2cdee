-- The strict keys that a question about an address is about: the address itself where a feed listed it, somebody asked
-- for it or it leads to an article; the article of that name; else the pages whose requests passed through it; and all
-- addresses of an article that one of these leads to.
-- Parameters: $url_key, $urls (spellings of the address as requests and feeds may have it), $article_id.
with recursive passed(fetch_id, url, redirected_from) as (
    select fetch_id, url, redirected_from
    from fct_fetches
    where url in (select unnest($urls)) and purpose in ('page', 'recheck')
    union
    select f.fetch_id, f.url, f.redirected_from
    from passed as p
    join fct_fetches as f on f.fetch_id = p.redirected_from
),

direct as (
    select url_key
    from ops.url_state
    where url_key = $url_key or article_id = $article_id
    union
    select url_key
    from ops.url_aliases
    where url_key = $url_key or article_id = $article_id
    union
    select url_key
    from fct_sightings
    where listed_url in (select unnest($urls)) and url_key is not null
),

named as (
    from direct
    union
    select o.url_key
    from passed as p
    join fct_outcomes as o on o.url = p.url
    where p.redirected_from is null and not exists (from direct)
),

articles_of_these as (
    select article_id
    from ops.url_aliases
    semi join named using (url_key)
    union
    select article_id
    from ops.url_state
    semi join named using (url_key)
    where article_id is not null
)

select url_key
from named
union
select url_key
from ops.url_aliases
semi join articles_of_these using (article_id)
union
select url_key
from ops.url_state
semi join articles_of_these using (article_id)
order by url_key;
