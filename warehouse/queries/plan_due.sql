-- Pages whose next attempt is due: no article came of them, or only a stand-in from the feed; and rechecks that were
-- announced or failed. Only what failed waits: the rest is due at once, also for a replay that starts at the same $now.
-- With the entry that lists them in this batch, else with their latest sighting, under any address of the article.
-- Parameter: $now.
with due as (
    select
        u.*,
        if(d.article_id is null or (d.body_source = 'feed' and u.failures > 0), 'page', 'recheck') as purpose
    from ops.url_state as u
    left join dim_articles as d using (article_id)
    where u.next_try_at <= $now or (u.next_try_at is not null and u.failures = 0)
),

addresses as (
    select url_key as due_key, url_key
    from due
    union
    select u.url_key, a.url_key
    from due as u
    join ops.url_aliases as a using (article_id)
    where a.is_fetched
),

sightings_of_due as (
    select s.*, a.due_key, s.first_seen_at as polled_at, false as is_in_batch
    from fct_sightings as s
    join addresses as a using (url_key)
),

entries_of_due as (
    select e.*, a.due_key, true as is_in_batch
    from stg_entries as e
    join addresses as a using (url_key)
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
            partition by due_key
            order by is_in_batch desc, polled_at desc, coalesce(length(content_html), 0) desc, feed_id, position
        ) = 1
)

select
    m.* exclude (url, url_key, due_key, feed_id, feed_url),
    m.url as entry_url,
    u.url,
    u.url_key,
    f.url as feed_url,
    f.language as feed_language,
    u.purpose,
    u.failures,
    -- a recheck keeps its article's outcome: one that nobody tried has waited since it was announced
    case when u.outcome = 'deferred' then u.since when u.failures = 0 then u.next_try_at end as deferred_since,
    coalesce(m.published_at, u.first_seen_at) as newness
from due as u
left join best_mentions as m on m.due_key = u.url_key
left join dim_feeds as f on f.feed_id = coalesce(m.feed_id, u.feed_id);
