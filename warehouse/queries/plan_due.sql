-- Pages whose next attempt is due: no article came of them, or only a stand-in from the feed; and rechecks that failed.
-- With the entry that lists them in this batch, else with their latest sighting.
-- Parameters: $entries (Parquet file of the batch), $now.
with due as (
    select
        u.*,
        if(d.article_id is null or d.body_source = 'feed', 'page', 'recheck') as purpose
    from ops.url_state as u
    left join dim_articles as d using (article_id)
    where u.next_try_at <= $now
),

sightings_of_due as (
    select s.*, s.first_seen_at as polled_at, false as is_in_batch
    from fct_sightings as s
    semi join due using (url_key)
),

entries_of_due as (
    select e.*, true as is_in_batch
    from read_parquet($entries) as e
    semi join due using (url_key)
),

mentions as (
    from sightings_of_due
    union all by name
    from entries_of_due
),

best_mentions as (
    from mentions
    qualify
        row_number() over (
            partition by url_key
            order by is_in_batch desc, polled_at desc, coalesce(length(content_html), 0) desc, feed_id, position
        ) = 1
)

select
    m.* exclude (url, url_key, feed_id, feed_url),
    m.url as entry_url,
    u.url,
    u.url_key,
    f.url as feed_url,
    f.language as feed_language,
    u.purpose,
    u.failures,
    u.outcome = 'deferred' as is_deferred,
    coalesce(m.published_at, u.first_seen_at) as newness
from due as u
left join best_mentions as m using (url_key)
left join dim_feeds as f on f.feed_id = coalesce(m.feed_id, u.feed_id);
