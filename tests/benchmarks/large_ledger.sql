-- A warehouse after 2,000 runs over 600 feeds: 300,000 addresses, 100,000 articles, 620,000 sightings. Everything is
-- computed from numbers, so that two warehouses built from this file are equal.
-- Variables: start (of the first run), run_count, url_count, feed_ids.

-- Addresses in the order in which they were first listed, with the run that found them and the next, which asked.
create temp table urls as
select
    u as number,
    u // (getvariable('url_count') // getvariable('run_count')) as run_number,
    u % 300 as site_number,
    format('site{}.example/news/{}', u % 300, u) as url_key,
    format('http://site{}.example/news/{}', u % 300, u) as url,
    case
        when u % 3 = 0 then 'loaded'
        when u % 15 = 1 then 'duplicate'
        when u % 30 = 2 then 'timed_out'
        when u % 2 = 0 then 'robots'
        else 'not_found'
    end as outcome,
    u - u % 3 as article_number
from range(getvariable('url_count')) as numbers(u);

create temp table times as
select
    r as run_number,
    format('run-{:05}', r) as run_id,
    getvariable('start') + r * interval 30 minutes as begins_at
from range(getvariable('run_count') + 1) as numbers(r);

create temp table feeds as
select unnest(generate_series(0, 599)) as number, unnest(getvariable('feed_ids')) as feed_id;

create temp table sentences as
select
    s as number,
    string_agg(format('{:x}', hash(s, w) % 5000), ' ' order by w) || '.' as sentence
from range(20000) as numbers(s), range(12) as words(w)
group by s;

insert into ops.runs by name
select run_id, begins_at as started_at, begins_at + interval 3 minutes as ended_at, 'schedule' as trigger, '0.1.0' as code_version, run_number + 1 as load_seq
from times
where run_number < getvariable('run_count');

insert into ops.loads by name
select
    run_number + 1 as load_seq,
    run_id || '-00001' as batch_id,
    begins_at + interval 4 minutes as loaded_at,
    150 as poll_count,
    310 as entry_count,
    350 as fetch_count,
    150 as result_count,
    50 as article_count
from times
where run_number < getvariable('run_count');

insert into dim_sites by name
select format('site{}.example', n) as site, getvariable('start') as first_seen_at, 1 as load_seq
from range(300) as numbers(n);

insert into dim_feeds by name
select
    feed_id,
    format('http://site{}.example/{}.xml', number % 300, number) as url,
    format('Feed {}', number) as name,
    format('Site {}', number % 300) as title,
    format('http://site{}.example/', number % 300) as home_url,
    format('site{}.example', number % 300) as site,
    'rss' as kind,
    'en' as language,
    null as country,
    []::varchar[] as tags,
    getvariable('start') as first_polled_at,
    1 as load_seq
from feeds;

insert into fct_polls by name
select
    run_id,
    f.feed_id,
    begins_at + interval 10 seconds as polled_at,
    if(hash(run_number, i) % 3 = 0, 'listed', 'unchanged') as result,
    if(hash(run_number, i) % 3 = 0, '50 entries', '304 Not Modified') as reason,
    if(hash(run_number, i) % 3 = 0, 200, 304) as status,
    50 as entry_count,
    run_number + 1 as load_seq
from times, range(150) as numbers(i)
join feeds as f on f.number = (run_number * 150 + i) % 600
where run_number < getvariable('run_count')
order by run_number, i;

insert into ops.feed_state by name
select
    feed_id,
    '"1"' as etag,
    'ok' as health,
    0 as failures,
    12 as items_per_day,
    max(polled_at) as last_polled_at,
    max(polled_at) as last_success_at,
    max(polled_at) + interval 1 day as next_poll_at,
    max(load_seq) as load_seq
from fct_polls
group by feed_id
order by feed_id;

-- Each address stands in two feeds of its site; one of fifteen was reworded in the first.
insert into fct_sightings by name
with listings as (
    select *, u.number % 600 as feed_number, 1 as wording, 0 as begins_after, 96 as ends_after
    from urls as u
    union all
    select *, (u.number + 300) % 600, 1, 0, 96
    from urls as u
    union all
    select *, u.number % 600, 2, 96, 100
    from urls as u
    where u.number % 15 = 0
)

select
    f.feed_id,
    l.url_key as entry_key,
    format('{:016x}', hash(l.number, l.wording)) as wording_hash,
    l.url_key as guid,
    l.url,
    l.url_key,
    l.number // 600 % 25 as position,
    left(s.sentence, 60) as title,
    s.sentence || ' ' || s.sentence as summary,
    if(l.feed_number < 60, '<p>' || repeat(s.sentence || ' ', 25) || '</p>', null) as content_html,
    ['Ada Quay'] as authors,
    ['news', 'harbour'] as categories,
    t.begins_at - interval 10 minutes as published_at,
    'second' as published_precision,
    0 as published_offset_minutes,
    t.begins_at::varchar as published_raw,
    t.begins_at + l.begins_after * interval 30 minutes as first_seen_at,
    if(l.run_number + l.ends_after < getvariable('run_count'), t.begins_at + l.ends_after * interval 30 minutes, null) as last_seen_at,
    t.run_id,
    l.run_number + 1 as load_seq
from listings as l
join times as t using (run_number)
join feeds as f on f.number = l.feed_number
join sentences as s on s.number = l.number % 20000
where l.run_number + l.begins_after < getvariable('run_count')
order by l.run_number, l.feed_number;

insert into fct_fetches by name
with requests as (
    select number, run_number + 1 as run_number, site_number, url, 'page' as purpose, 'allowed by robots.txt' as robots_rule
    from urls
    where outcome <> 'robots'
    union all
    select 1000000 + row_number() over (), p.load_seq - 1, f.number % 300, d.url, 'feed', null
    from fct_polls as p
    join feeds as f using (feed_id)
    join dim_feeds as d using (feed_id)
    union all
    select 3000000 + row_number() over (), run_number, s, format('http://site{}.example/robots.txt', s), 'robots', null
    from times, range(300) as numbers(s)
    where s % 3 < 2 and run_number < getvariable('run_count') and hash(s, run_number) % 2 = 0
)

select
    format('fetch-{}', r.number) as fetch_id,
    t.run_id,
    r.url,
    format('site{}.example', r.site_number) as host,
    r.purpose,
    1 as attempt,
    200 as status,
    t.begins_at + interval 1 minute as started_at,
    t.begins_at + interval 61 seconds as ended_at,
    40000 as bytes,
    r.purpose = 'feed' as was_conditional,
    true as had_validators,
    r.robots_rule,
    format('{:016x}', hash(r.number)) as content_hash,
    format('{}-00001.warc.gz#{}', t.run_id, r.number) as raw_ref,
    t.run_number + 1 as load_seq
from requests as r
join times as t using (run_number)
where t.run_number < getvariable('run_count')
order by t.run_number, r.number;

-- Articles: eight paragraphs of three sentences, some 300 words.
insert into fct_paragraphs by name
with places as (
    select
        u.number,
        least(u.run_number + 2, getvariable('run_count')) as load_seq,
        p.ordinal,
        hash(u.number, p.ordinal, 1) % 20000 as one,
        hash(u.number, p.ordinal, 2) % 20000 as two,
        hash(u.number, p.ordinal, 3) % 20000 as three
    from urls as u
    cross join range(1, 9) as p(ordinal)
    where u.outcome = 'loaded'
)

select
    format('{:016x}', p.number) as article_id,
    1 as version,
    p.ordinal,
    'body' as kind,
    concat_ws(' ', one.sentence, two.sentence, three.sentence) as text,
    format('{:016x}', hash(p.number, p.ordinal)) as text_hash,
    p.load_seq
from places as p
join sentences as one on one.number = p.one
join sentences as two on two.number = p.two
join sentences as three on three.number = p.three
order by p.number, p.ordinal;

insert into fct_versions by name
with bodies as (
    select article_id, string_agg(text, e'\n\n' order by ordinal) as body
    from fct_paragraphs
    group by article_id
)

select
    b.article_id,
    1 as version,
    t.begins_at + interval 2 minutes as observed_at,
    t.run_id,
    format('fetch-{}', u.number) as fetch_id,
    u.url,
    left(b.body, 60) as title,
    left(b.body, 60) as headline,
    left(b.body, 120) as standfirst,
    b.body,
    len(string_split(b.body, ' ')) as word_count,
    format('{:016x}', hash(u.number, 'content')) as content_hash,
    format('{:016x}', hash(u.number, 'body')) as body_hash,
    lower(left(b.body, 60)) as title_key,
    'page' as body_source,
    'newsledger/0.1.0' as extractor,
    least(u.run_number + 2, getvariable('run_count')) as load_seq
from urls as u
join times as t using (run_number)
join bodies as b on b.article_id = format('{:016x}', u.number)
order by u.number;

insert into dim_articles by name
select
    v.article_id,
    u.url,
    u.url_key,
    u.url as canonical_url,
    format('site{}.example', u.site_number) as site,
    v.title,
    v.headline,
    v.standfirst,
    v.title_key,
    v.content_hash,
    v.body_hash,
    ['Ada Quay'] as authors,
    v.observed_at - interval 12 minutes as published_at,
    'second' as published_precision,
    0 as published_offset_minutes,
    v.observed_at::varchar as published_raw,
    'en' as language,
    []::varchar[] as tags,
    'free' as access,
    'article' as page_kind,
    []::varchar[] as rights,
    2 as reading_time_minutes,
    true as reading_time_is_computed,
    map {'headline': 'json-ld', 'body': 'trafilatura'} as witnesses,
    'page' as body_source,
    1 as current_version,
    1 as version_count,
    v.observed_at - interval 2 minutes as first_seen_at,
    v.load_seq
from urls as u
join fct_versions as v on v.article_id = format('{:016x}', u.number)
where u.outcome = 'loaded'
order by u.number;

insert into dim_authors by name
select 'ada' as author_id, 'Ada Quay' as name, getvariable('start') as first_seen_at, 1 as load_seq;

insert into bridge_article_authors by name
select article_id, 'ada' as author_id, 1 as position, load_seq
from dim_articles
order by load_seq;

insert into ops.url_aliases by name
select
    u.url_key,
    u.url,
    format('{:016x}', u.article_number) as article_id,
    'feed link' as evidence,
    true as is_fetched,
    t.begins_at as first_seen_at,
    t.run_id,
    least(u.run_number + 2, getvariable('run_count')) as load_seq
from urls as u
join times as t using (run_number)
where u.outcome in ('loaded', 'duplicate')
order by u.number;

insert into fct_outcomes by name
with decisions as (
    select *, run_number as decided_in, 'plan' as stage, 'deferred' as became, 'Listed by a feed.' as because
    from urls
    union all
    select *, least(run_number + 1, getvariable('run_count') - 1), 'extract', outcome, 'What the page said.'
    from urls
)

select
    d.url_key,
    d.url,
    t.run_id,
    d.stage,
    d.became as outcome,
    d.because as reason,
    t.begins_at + interval 1 minute as decided_at,
    if(d.stage = 'extract' and d.outcome in ('loaded', 'duplicate'), format('{:016x}', d.article_number), null) as article_id,
    f.feed_id,
    if(d.stage = 'extract' and d.outcome <> 'robots', format('fetch-{}', d.number), null) as fetch_id,
    d.decided_in + 1 as load_seq
from decisions as d
join feeds as f on f.number = d.number % 600
join times as t on t.run_number = d.decided_in
order by d.decided_in, d.number;

insert into ops.url_state by name
select
    o.url_key,
    o.url,
    o.outcome,
    o.reason,
    o.decided_at as since,
    o.decided_at - interval 30 minutes as first_seen_at,
    o.decided_at as last_tried_at,
    if(o.outcome = 'timed_out' and o.load_seq > getvariable('run_count') - 50, o.decided_at + interval 30 days, null) as next_try_at,
    if(o.outcome = 'timed_out', 3, 0) as failures,
    o.article_id,
    o.feed_id,
    o.run_id,
    o.load_seq
from fct_outcomes as o
where o.stage = 'extract'
order by o.load_seq, o.url_key;

checkpoint;
