-- Pages that this batch's entries link to and that were never listed, asked for or reached before: one row per address,
-- with the entry that has the longest full text, else of the first feed.
select
    e.*,
    e.url as entry_url,
    p.language as feed_language,
    'page' as purpose,
    0 as failures,
    null::timestamptz as deferred_since,
    coalesce(e.published_at, e.polled_at) as newness
from stg_entries as e
left join stg_polls as p using (feed_id)
anti join ops.url_state as state on state.url_key = e.url_key
anti join (from ops.url_aliases where is_fetched) as known on known.url_key = e.url_key
where e.url_key is not null
qualify
    row_number() over (
        partition by e.url_key
        order by coalesce(length(e.content_html), 0) desc, e.feed_url, e.position
    ) = 1;
