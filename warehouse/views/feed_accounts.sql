create or replace view feed_accounts as
with listed as (
    select feed_id, url_key
    from fct_sightings
    where url_key is not null
    group by feed_id, url_key
),

entries as (
    select
        feed_id,
        count(distinct entry_key) as entry_count,
        count(distinct entry_key) filter (url_key is not null) as linked_count
    from fct_sightings
    group by feed_id
),

counts as (
    select listed.feed_id, coalesce(u.outcome, 'without status') as outcome, count(*) as url_count
    from listed
    left join ops.url_state as u using (url_key)
    group by all
),

accounts as (
    select
        feed_id,
        sum(url_count)::bigint as url_count,
        coalesce(sum(url_count) filter (outcome in ('loaded', 'revised', 'unchanged')), 0)::bigint as loaded_count,
        coalesce(sum(url_count) filter (outcome = 'duplicate'), 0)::bigint as duplicate_count,
        coalesce(sum(url_count) filter (outcome = 'deferred'), 0)::bigint as deferred_count,
        map_from_entries(
            list((outcome, url_count) order by outcome)
                filter (outcome not in ('loaded', 'revised', 'unchanged', 'duplicate', 'deferred'))
        ) as refusals
    from counts
    group by feed_id
)

select
    f.url as feed_url,
    coalesce(f.name, f.title) as name,
    coalesce(e.entry_count, 0) as entry_count,
    coalesce(e.entry_count - e.linked_count, 0) as unlinked_count,
    coalesce(a.url_count, 0) as url_count,
    coalesce(a.loaded_count, 0) as loaded_count,
    coalesce(a.duplicate_count, 0) as duplicate_count,
    coalesce(a.deferred_count, 0) as deferred_count,
    coalesce(list_sum(map_values(a.refusals)), 0)::bigint as refused_count,
    coalesce(a.refusals, map {}) as refusals,
    f.feed_id
from dim_feeds as f
left join entries as e using (feed_id)
left join accounts as a using (feed_id);

comment on view feed_accounts is 'One row per feed: what it ever listed, and where each of those URLs stands now. url_count = loaded_count + duplicate_count + deferred_count + refused_count.';
comment on column feed_accounts.feed_url is 'The feed.';
comment on column feed_accounts.name is 'Name given in the feeds file, else the feed''s own title.';
comment on column feed_accounts.entry_count is 'Entries that it ever listed.';
comment on column feed_accounts.unlinked_count is 'Entries among them that never had a link: there was nothing to ask for.';
comment on column feed_accounts.url_count is 'Different URLs that its entries link to; several entries may link to one.';
comment on column feed_accounts.loaded_count is 'URLs that led to an article: loaded, revised or unchanged.';
comment on column feed_accounts.duplicate_count is 'URLs that turned out to be another address of an article.';
comment on column feed_accounts.deferred_count is 'URLs that no run came to ask for yet.';
comment on column feed_accounts.refused_count is 'URLs whose page gave no article, for a reason that url_status tells; for some the feed''s own text stands in, some are tried again.';
comment on column feed_accounts.refusals is 'Number of these by outcome: robots, gone, timed_out, …';
comment on column feed_accounts.feed_id is 'Identifier of the feed.';
