-- Live articles whose entry was taken out of its feed and did not roll out of it: something published earlier is still
-- listed there, and no feed lists the article any more.
-- Parameters: $entries, $polls (Parquet files of the batch).
with listings as (
    select p.feed_id, p.language, min(e.published_at) as oldest_published_at
    from read_parquet($polls) as p
    join read_parquet($entries) as e using (feed_id)
    where p.result = 'listed'
    group by all
),

standing as (
    select s.*, a.article_id
    from fct_sightings as s
    join ops.url_aliases as a using (url_key)
    where s.last_seen_at is null
),

listed_articles as (
    select a.article_id
    from read_parquet($entries) as e
    join ops.url_aliases as a using (url_key)
    union
    select s.article_id
    from standing as s
    anti join listings using (feed_id)
)

select
    s.* exclude (article_id, feed_id, url, url_key),
    s.url as entry_url,
    d.url,
    d.url_key,
    f.url as feed_url,
    l.language as feed_language,
    'recheck' as purpose,
    0 as failures,
    false as is_deferred,
    s.published_at as newness
from standing as s
join listings as l using (feed_id)
anti join listed_articles using (article_id)
join dim_articles as d using (article_id)
join dim_feeds as f using (feed_id)
where s.published_at > l.oldest_published_at and d.gone_at is null and d.body_source <> 'document'
qualify row_number() over (partition by d.article_id order by s.feed_id, s.position) = 1;
