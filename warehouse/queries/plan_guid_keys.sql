-- The addresses that a feed listed under a guid, while the guid named an entry and the feed's guids are trusted.
-- Parameters: $feed_urls and $guids, of which the n-th belong together.
with asked as (
    select unnest($feed_urls::varchar[]) as feed_url, unnest($guids::varchar[]) as guid
)

select asked.feed_url, asked.guid, list_sort(list(distinct s.url_key)) as url_keys
from asked
join dim_feeds as f on f.url = asked.feed_url
join fct_sightings as s on s.feed_id = f.feed_id and s.entry_key = asked.guid and s.guid = asked.guid
anti join (from ops.guid_trust where trust <> 'trusted') as untrusted on untrusted.feed_id = f.feed_id
where s.url_key is not null
group by all;
