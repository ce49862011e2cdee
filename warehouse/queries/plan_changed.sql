-- Live articles whose entry says something else in this batch than it did until now (title, link, summary or updated
-- time; not its place in the listing), and gone articles that are listed anew.
-- Parameters: $entries (Parquet file of the batch).
with standing as (
    select feed_id, entry_key, wording_hash
    from fct_sightings
    where last_seen_at is null
)

select
    e.* exclude (url, url_key),
    e.url as entry_url,
    d.url,
    d.url_key,
    f.language as feed_language,
    'recheck' as purpose,
    0 as failures,
    false as is_deferred,
    coalesce(e.published_at, e.polled_at) as newness
from read_parquet($entries) as e
anti join standing as same using (feed_id, entry_key, wording_hash)
join ops.url_aliases as a on a.url_key = e.url_key and a.is_fetched
join dim_articles as d on d.article_id = a.article_id
left join dim_feeds as f using (feed_id)
left join (select distinct feed_id, entry_key from standing) as listed
    on listed.feed_id = e.feed_id and listed.entry_key = e.entry_key
where (listed.feed_id is not null or d.gone_at is not null) and d.body_source <> 'document'
qualify row_number() over (partition by d.article_id order by e.feed_id, e.position) = 1;
