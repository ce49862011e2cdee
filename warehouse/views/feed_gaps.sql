create or replace view feed_gaps as
select
    f.url as feed_url,
    coalesce(f.name, f.title) as feed_name,
    g.since,
    g.until,
    g.missed_estimate,
    g.witness_url,
    g.witnessed_count,
    g.run_id,
    g.load_seq
from fct_feed_gaps as g
join dim_feeds as f using (feed_id);

comment on view feed_gaps is
    'One row per two polls of a feed, one after the other, whose documents share no entry: what came in between was likely missed.';
comment on column feed_gaps.feed_url is 'URL of the feed as configured, without credentials.';
comment on column feed_gaps.feed_name is 'Name given in the feeds file, else the feed''s own title.';
comment on column feed_gaps.since is 'When the earlier poll was, in UTC.';
comment on column feed_gaps.until is 'When the later poll was, in UTC.';
comment on column feed_gaps.missed_estimate is
    'Items that were likely missed: the time that the later document does not reach back to, at the rate of its items; 1 where they have no dates.';
comment on column feed_gaps.witness_url is 'The site''s news sitemap, if there is one that answered: what it names is in sightings, under this address.';
comment on column feed_gaps.witnessed_count is 'Articles that it names for the time in between; null without one.';
comment on column feed_gaps.run_id is 'Run of the later poll (runs).';
comment on column feed_gaps.load_seq is 'Load that wrote it.';
