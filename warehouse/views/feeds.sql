create or replace view feeds as
with polls as (
    select
        feed_id,
        arg_max(reason, polled_at) as reason,
        arg_max_null(error_class, polled_at) as error_class
    from fct_polls
    group by feed_id
)

select
    f.feed_id,
    f.url,
    coalesce(f.name, f.title) as name,
    f.title,
    f.home_url,
    f.site,
    f.kind,
    f.language,
    f.country,
    f.tags,
    state.adopted_url,
    -- never due, though nothing was said against asking it: nobody subscribed to it
    case
        when state.feed_id is not null and state.next_poll_at is null and polls.error_class is distinct from 'suppressed'
            then 'witness'
        else state.health
    end as state,
    polls.reason,
    state.failures,
    state.items_per_day,
    f.first_polled_at,
    state.last_polled_at,
    state.last_success_at,
    state.next_poll_at,
    coalesce(g.trust, 'trusted') as guid_trust,
    greatest(f.load_seq, state.load_seq, g.load_seq) as load_seq
from dim_feeds as f
left join ops.feed_state as state using (feed_id)
left join ops.guid_trust as g using (feed_id)
left join polls using (feed_id);

comment on view feeds is 'One row per feed that was ever polled, and per news sitemap that nobody subscribed to and that was asked as a witness after a gap.';
comment on column feeds.feed_id is 'Identifier of the feed.';
comment on column feeds.url is 'URL of the feed as configured, without credentials.';
comment on column feeds.name is 'Name given in the feeds file, else the feed''s own title.';
comment on column feeds.title is 'Title that the feed gives itself.';
comment on column feeds.home_url is 'Page that the feed names as its home.';
comment on column feeds.site is 'Registrable domain of the feed''s URL.';
comment on column feeds.kind is 'Format: rss, atom, json_feed, sitemap, sitemap_index.';
comment on column feeds.language is 'Language from the feeds file, else from the feed.';
comment on column feeds.country is 'Country given in the feeds file.';
comment on column feeds.tags is 'Tags given in the feeds file.';
comment on column feeds.adopted_url is 'Address that is asked instead, since the feed moved there for good; null when it did not.';
comment on column feeds.state is 'How its last poll went: ok (read), slow (late, or it asked us to slow down), failing (not read) or gone (410 twice, a day apart or more); witness for a news sitemap that nobody subscribed to, which is asked after gaps only.';
comment on column feeds.reason is 'How its last poll went, in words.';
comment on column feeds.failures is 'Weighted count of failures since the last success.';
comment on column feeds.items_per_day is 'Entries that appear per day, as observed.';
comment on column feeds.first_polled_at is 'When it was first asked, in UTC.';
comment on column feeds.last_polled_at is 'When it was last asked, in UTC.';
comment on column feeds.last_success_at is 'When it last answered with a listing, or with "unchanged", in UTC.';
comment on column feeds.next_poll_at is 'When it is due again, in UTC; null for a witness, and once its site is suppressed.';
comment on column feeds.guid_trust is 'Whether its guids name its entries: trusted, collides (one guid for several articles) or churns (known links under new guids); only trusted ones count.';
comment on column feeds.load_seq is 'Load that last changed this row.';
