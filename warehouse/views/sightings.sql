create or replace view sightings as
select
    f.url as feed_url,
    s.entry_key,
    s.url as entry_url,
    u.article_id,
    s.guid,
    s.title,
    s.summary,
    s.authors,
    s.categories,
    s.published_at,
    s.published_precision,
    s.published_offset_minutes,
    s.published_raw,
    s.updated_at,
    s.first_seen_at,
    coalesce(s.last_seen_at, state.last_success_at, s.first_seen_at) as last_seen_at,
    s.last_seen_at is null as is_listed,
    s.run_id,
    s.load_seq
from fct_sightings as s
join dim_feeds as f using (feed_id)
left join ops.feed_state as state using (feed_id)
left join ops.url_state as u using (url_key);

comment on view sightings is 'One row per feed × entry, over the interval in which the feed listed it in the same words.';
comment on column sightings.feed_url is 'The feed.';
comment on column sightings.entry_key is 'Names the entry within its feed: its guid, its link''s strict key, or a hash.';
comment on column sightings.entry_url is 'The entry''s link.';
comment on column sightings.article_id is 'The article it leads to; null when there is none (see url_status).';
comment on column sightings.guid is 'The entry''s own identifier.';
comment on column sightings.title is 'Title of the entry.';
comment on column sightings.summary is 'Summary of the entry.';
comment on column sightings.authors is 'Authors of the entry.';
comment on column sightings.categories is 'Categories of the entry.';
comment on column sightings.published_at is 'When the feed says it was published, in UTC.';
comment on column sightings.published_precision is 'How exactly the feed says so: second, minute or day.';
comment on column sightings.published_offset_minutes is 'The publisher''s offset from UTC in minutes; null when it names none.';
comment on column sightings.published_raw is 'The time as the feed writes it.';
comment on column sightings.updated_at is 'When the feed says it was updated, in UTC.';
comment on column sightings.first_seen_at is 'First poll that found it so, in UTC.';
comment on column sightings.last_seen_at is 'Last poll that found it so, in UTC; for an entry still listed the feed''s last successful poll.';
comment on column sightings.is_listed is 'Whether the feed still lists it so.';
comment on column sightings.run_id is 'Run that first saw it.';
comment on column sightings.load_seq is 'Load that last changed this row.';
