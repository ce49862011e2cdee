-- What happened.
create table fct_polls (
    run_id       varchar not null,
    feed_id      varchar not null,
    polled_at    timestamptz not null,
    result       varchar not null,
    reason       varchar not null,
    status       integer,
    error_class  varchar,
    entry_count  integer not null,
    load_seq     bigint not null
);
comment on table fct_polls is 'One row per poll: one asking of one feed.';
comment on column fct_polls.run_id is 'The run (ops.runs).';
comment on column fct_polls.feed_id is 'The feed (dim_feeds).';
comment on column fct_polls.polled_at is 'When it was asked.';
comment on column fct_polls.result is 'listed (a document was read), unchanged (the listing stands) or failed.';
comment on column fct_polls.reason is 'The evidence for the result, as a sentence.';
comment on column fct_polls.status is 'Status of the last answer; null when there was none.';
comment on column fct_polls.error_class is 'What went wrong, of the outcomes'' vocabulary; null when nothing did.';
comment on column fct_polls.entry_count is 'Entries in the document.';
comment on column fct_polls.load_seq is 'Load that wrote it.';

create table fct_sightings (
    feed_id                   varchar not null,
    entry_key                 varchar not null,
    wording_hash              varchar not null,
    guid                      varchar,
    url                       varchar,
    url_key                   varchar,
    listed_url                varchar,
    position                  integer not null,
    title                     varchar,
    summary                   varchar,
    content_html              varchar,
    authors                   varchar[] not null,
    categories                varchar[] not null,
    published_at              timestamptz,
    published_precision       varchar,
    published_offset_minutes  integer,
    published_raw             varchar,
    updated_at                timestamptz,
    updated_precision         varchar,
    updated_offset_minutes    integer,
    updated_raw               varchar,
    image_url                 varchar,
    language                  varchar,
    first_seen_at             timestamptz not null,
    last_seen_at              timestamptz,
    run_id                    varchar not null,
    load_seq                  bigint not null
);
comment on table fct_sightings is 'One row per feed × entry × wording of the entry, over the interval in which the feed listed it so.';
comment on column fct_sightings.feed_id is 'The feed (dim_feeds).';
comment on column fct_sightings.entry_key is 'Names the entry within its feed: its guid, its link''s strict key, or a hash.';
comment on column fct_sightings.wording_hash is 'Hash of title, link, summary and updated time.';
comment on column fct_sightings.guid is 'The entry''s own identifier.';
comment on column fct_sightings.url is 'The entry''s link.';
comment on column fct_sightings.url_key is 'Strict key of the link; null when it has no usable one.';
comment on column fct_sightings.listed_url is 'The counting service''s address that the feed lists in the place of the link; null where it lists the link.';
comment on column fct_sightings.position is 'Place in the listing when it was first seen, from 0.';
comment on column fct_sightings.title is 'Title of the entry.';
comment on column fct_sightings.summary is 'Summary of the entry.';
comment on column fct_sightings.content_html is 'The feed''s own full text, as HTML.';
comment on column fct_sightings.authors is 'Authors of the entry.';
comment on column fct_sightings.categories is 'Categories of the entry.';
comment on column fct_sightings.published_at is 'When the feed says it was published (the publisher''s clock).';
comment on column fct_sightings.published_precision is 'How exactly it says so: second, minute or day.';
comment on column fct_sightings.published_offset_minutes is 'The publisher''s offset from UTC in minutes; null when it names none.';
comment on column fct_sightings.published_raw is 'The time as the feed writes it.';
comment on column fct_sightings.updated_at is 'When the feed says it was updated (the publisher''s clock).';
comment on column fct_sightings.updated_precision is 'How exactly it says so: second, minute or day.';
comment on column fct_sightings.updated_offset_minutes is 'The publisher''s offset from UTC in minutes; null when it names none.';
comment on column fct_sightings.updated_raw is 'The time as the feed writes it.';
comment on column fct_sightings.image_url is 'Address of the entry''s picture.';
comment on column fct_sightings.language is 'Language of the entry.';
comment on column fct_sightings.first_seen_at is 'First poll that found it listed so.';
comment on column fct_sightings.last_seen_at is 'Last poll that found it listed so; null while it is.';
comment on column fct_sightings.run_id is 'Run that first saw it.';
comment on column fct_sightings.load_seq is 'Load that last changed this row.';

create table fct_fetches (
    fetch_id             varchar not null,
    run_id               varchar not null,
    url                  varchar not null,
    host                 varchar not null,
    purpose              varchar not null,
    attempt              integer not null,
    redirected_from      varchar,
    status               integer,
    started_at           timestamptz not null,
    ended_at             timestamptz not null,
    bytes                bigint not null,
    error_class          varchar,
    was_conditional      boolean not null,
    had_validators       boolean not null,
    retry_after_until    timestamptz,
    robots_rule          varchar,
    crawl_delay_seconds  double,
    content_hash         varchar,
    raw_ref              varchar,
    load_seq             bigint not null
);
comment on table fct_fetches is 'One row per HTTP request.';
comment on column fct_fetches.fetch_id is 'Identifier of the request.';
comment on column fct_fetches.run_id is 'The run (ops.runs).';
comment on column fct_fetches.url is 'The address that was asked, without credentials.';
comment on column fct_fetches.host is 'Host of the address.';
comment on column fct_fetches.purpose is 'feed, page, recheck, robots, sitemap or discovery.';
comment on column fct_fetches.attempt is 'Number of the attempt, from 1.';
comment on column fct_fetches.redirected_from is 'The fetch whose answer led here, if one did.';
comment on column fct_fetches.status is 'Status of the answer; null when there was none.';
comment on column fct_fetches.started_at is 'When the request began.';
comment on column fct_fetches.ended_at is 'When the answer ended, or the attempt to get one.';
comment on column fct_fetches.bytes is 'Bytes of the answer''s body on the wire.';
comment on column fct_fetches.error_class is 'What went wrong, of the outcomes'' vocabulary; null when an answer was read to its end.';
comment on column fct_fetches.was_conditional is 'Whether the request carried If-None-Match or If-Modified-Since.';
comment on column fct_fetches.had_validators is 'Whether the answer carried a validator: an ETag or a Last-Modified.';
comment on column fct_fetches.retry_after_until is 'Until when the answer asked to wait.';
comment on column fct_fetches.robots_rule is 'The robots.txt rule that decided.';
comment on column fct_fetches.crawl_delay_seconds is 'Seconds between requests that robots.txt asks for.';
comment on column fct_fetches.content_hash is 'Hash of the decoded body.';
comment on column fct_fetches.raw_ref is 'Place of the raw answer in the archive: file#offset.';
comment on column fct_fetches.load_seq is 'Load that wrote it.';

create table fct_versions (
    article_id    varchar not null,
    version       integer not null,
    observed_at   timestamptz not null,
    run_id        varchar not null,
    fetch_id      varchar,
    url           varchar not null,
    title         varchar,
    headline      varchar,
    standfirst    varchar,
    body          varchar not null,
    word_count    integer not null,
    content_hash  varchar not null,
    body_hash     varchar not null,
    title_key     varchar not null,
    modified_at   timestamptz,
    body_source   varchar not null,
    extractor     varchar not null,
    load_seq      bigint not null
);
comment on table fct_versions is 'One row per article × version: a reading whose content differed from the reading before.';
comment on column fct_versions.article_id is 'The article (dim_articles).';
comment on column fct_versions.version is 'Number of the version, from 1.';
comment on column fct_versions.observed_at is 'When it was first read (our clock).';
comment on column fct_versions.run_id is 'Run that read it.';
comment on column fct_versions.fetch_id is 'The request that brought it (fct_fetches); null for documents.';
comment on column fct_versions.url is 'Final address where it was read.';
comment on column fct_versions.title is 'Title of the page.';
comment on column fct_versions.headline is 'Headline of the article.';
comment on column fct_versions.standfirst is 'Standfirst: the lead-in under the headline.';
comment on column fct_versions.body is 'The paragraphs'' texts, a blank line between two.';
comment on column fct_versions.word_count is 'Words of the body, as white space divides them.';
comment on column fct_versions.content_hash is 'Hash of headline, standfirst and paragraphs.';
comment on column fct_versions.body_hash is 'Hash of the paragraphs.';
comment on column fct_versions.title_key is 'Words of the headline (else of the title) in lower case, for comparing.';
comment on column fct_versions.modified_at is 'When the publisher says this was modified (the publisher''s clock).';
comment on column fct_versions.body_source is 'Where the text comes from: page, feed (a stand-in) or document.';
comment on column fct_versions.extractor is 'What made the record, with its version.';
comment on column fct_versions.load_seq is 'Load that wrote it.';

create table fct_paragraphs (
    article_id  varchar not null,
    version     integer not null,
    ordinal     integer not null,
    kind        varchar not null,
    text        varchar not null,
    text_hash   varchar not null,
    load_seq    bigint not null
);
comment on table fct_paragraphs is 'One row per version × paragraph.';
comment on column fct_paragraphs.article_id is 'The article (dim_articles).';
comment on column fct_paragraphs.version is 'The version (fct_versions).';
comment on column fct_paragraphs.ordinal is 'Place in the body, from 1.';
comment on column fct_paragraphs.kind is 'body, subheading, quote or list_item.';
comment on column fct_paragraphs.text is 'The paragraph.';
comment on column fct_paragraphs.text_hash is 'Hash of the text; equal where a reader sees the same words.';
comment on column fct_paragraphs.load_seq is 'Load that wrote it.';

create table fct_outcomes (
    url_key     varchar not null,
    url         varchar not null,
    run_id      varchar not null,
    stage       varchar not null,
    outcome     varchar not null,
    reason      varchar not null,
    decided_at  timestamptz not null,
    article_id  varchar,
    feed_id     varchar,
    fetch_id    varchar,
    load_seq    bigint not null
);
comment on table fct_outcomes is 'One row per URL × run × stage in which work was done or a decision changed.';
comment on column fct_outcomes.url_key is 'Strict key of the address.';
comment on column fct_outcomes.url is 'The address.';
comment on column fct_outcomes.run_id is 'The run (ops.runs).';
comment on column fct_outcomes.stage is 'The stage that decided: plan, fetch, extract, …';
comment on column fct_outcomes.outcome is 'What became of it, of the closed vocabulary.';
comment on column fct_outcomes.reason is 'The evidence, as a sentence.';
comment on column fct_outcomes.decided_at is 'When it was decided (our clock).';
comment on column fct_outcomes.article_id is 'The article it leads to (dim_articles), if any.';
comment on column fct_outcomes.feed_id is 'The feed for which it was asked (dim_feeds), if any.';
comment on column fct_outcomes.fetch_id is 'The request that decided (fct_fetches), if any.';
comment on column fct_outcomes.load_seq is 'Load that wrote it.';
