-- Feeds and their sites as the polls of this batch describe them, and the polls themselves.
-- A failed or unchanged poll read no document, so it knows nothing new about the feed's own title, home and format.
create or replace temp table batch_feeds as
select
    p.feed_id,
    p.url,
    p.name,
    coalesce(p.title, known.title) as title,
    coalesce(p.home_url, known.home_url) as home_url,
    p.site,
    coalesce(p.kind, known.kind) as kind,
    coalesce(p.language, known.language) as language,
    p.country,
    p.tags,
    least(p.polled_at, known.first_polled_at) as first_polled_at
from stg_polls as p
left join dim_feeds as known using (feed_id);

create or replace temp table changed_feeds as
from batch_feeds
except
select * exclude (load_seq)
from dim_feeds;

delete from dim_feeds
where feed_id in (select feed_id from changed_feeds);

insert into dim_feeds by name
select *, getvariable('load_seq') as load_seq
from changed_feeds;

insert into dim_sites by name
select site, min(polled_at) as first_seen_at, getvariable('load_seq') as load_seq
from stg_polls
anti join dim_sites using (site)
group by site;

insert into fct_polls by name
select
    run_id,
    feed_id,
    polled_at,
    result,
    reason,
    status,
    error_class,
    entry_count,
    getvariable('load_seq') as load_seq
from stg_polls
anti join fct_polls using (feed_id, polled_at);

insert into fct_feed_gaps by name
select
    p.run_id,
    p.feed_id,
    p.gap_since as since,
    p.polled_at as until,
    p.gap_missed as missed_estimate,
    p.gap_witness as witness_url,
    p.gap_witnessed as witnessed_count,
    getvariable('load_seq') as load_seq
from stg_polls as p
anti join fct_feed_gaps as known on known.feed_id = p.feed_id and known.until = p.polled_at
where p.gap_since is not null;
