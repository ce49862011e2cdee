-- State that the pipeline needs to go on: neither fact nor dimension.
create schema ops;

create table ops.schema_migrations (
    version     integer not null,
    name        varchar not null,
    applied_at  timestamptz not null
);
comment on table ops.schema_migrations is 'One row per schema file that was applied to this warehouse.';
comment on column ops.schema_migrations.version is 'Number at the start of the file''s name.';
comment on column ops.schema_migrations.name is 'Name of the file.';
comment on column ops.schema_migrations.applied_at is 'When it was applied.';

create table ops.view_installations (
    views_hash    varchar not null,
    installed_at  timestamptz not null
);
comment on table ops.view_installations is 'One row per installation of the views; the last one holds.';
comment on column ops.view_installations.views_hash is 'SHA-256 of the view files, in order of their names.';
comment on column ops.view_installations.installed_at is 'When they were installed.';

create table ops.loads (
    load_seq       bigint not null,
    batch_id       varchar not null,
    loaded_at      timestamptz not null,
    poll_count     bigint not null,
    entry_count    bigint not null,
    fetch_count    bigint not null,
    result_count   bigint not null,
    article_count  bigint not null
);
comment on table ops.loads is 'One row per batch that was loaded; a batch named here is never loaded again.';
comment on column ops.loads.load_seq is 'Number of the load, shared by all batches of one transaction; later loads have higher numbers.';
comment on column ops.loads.batch_id is 'Name of the batch in the spool.';
comment on column ops.loads.loaded_at is 'When the load began (the load''s clock).';
comment on column ops.loads.poll_count is 'Polls in the batch.';
comment on column ops.loads.entry_count is 'Listed entries in the batch.';
comment on column ops.loads.fetch_count is 'Requests in the batch.';
comment on column ops.loads.result_count is 'Page results in the batch.';
comment on column ops.loads.article_count is 'Page results in the batch that hold an article.';

create table ops.runs (
    run_id        varchar not null,
    started_at    timestamptz not null,
    ended_at      timestamptz,
    trigger       varchar not null,
    code_version  varchar not null,
    load_seq      bigint not null
);
comment on table ops.runs is 'One row per ingest run of which a batch was loaded.';
comment on column ops.runs.run_id is 'Identifier of the run.';
comment on column ops.runs.started_at is 'When it began.';
comment on column ops.runs.ended_at is 'When it ended; null while it is going on, or when it was killed.';
comment on column ops.runs.trigger is 'What started it: manual, schedule, demo or import.';
comment on column ops.runs.code_version is 'Version of newsledger that ran.';
comment on column ops.runs.load_seq is 'Load that last changed this row.';

create table ops.feed_state (
    feed_id            varchar not null,
    etag               varchar,
    last_modified      varchar,
    body_hash          varchar,
    entries_hash       varchar,
    health             varchar not null,
    failures           double not null,
    items_per_day      double,
    last_polled_at     timestamptz,
    last_success_at    timestamptz,
    next_poll_at       timestamptz,
    retry_after_until  timestamptz,
    load_seq           bigint not null
);
comment on table ops.feed_state is 'One row per feed: what its next poll needs to know.';
comment on column ops.feed_state.feed_id is 'The feed (dim_feeds).';
comment on column ops.feed_state.etag is 'ETag of the last answer that parsed, byte for byte.';
comment on column ops.feed_state.last_modified is 'Last-Modified of the last answer that parsed, byte for byte.';
comment on column ops.feed_state.body_hash is 'Hash of the last document''s bytes.';
comment on column ops.feed_state.entries_hash is 'Hash of the last document''s entries.';
comment on column ops.feed_state.health is 'ok after an answer that was read, failing after one that was not, gone after two answers 410 a day apart.';
comment on column ops.feed_state.failures is 'Weighted count of failures since the last success.';
comment on column ops.feed_state.items_per_day is 'Entries that appear per day, as observed.';
comment on column ops.feed_state.last_polled_at is 'When it was last asked.';
comment on column ops.feed_state.last_success_at is 'When it last answered with a listing, or with "unchanged".';
comment on column ops.feed_state.next_poll_at is 'When it is due again.';
comment on column ops.feed_state.retry_after_until is
    'Until when its last answer asked to wait, a day at most; null when it did not. A forced poll waits, too.';
comment on column ops.feed_state.load_seq is 'Load that last changed this row.';

create table ops.url_aliases (
    url_key        varchar not null,
    url            varchar not null,
    article_id     varchar not null,
    evidence       varchar not null,
    is_fetched     boolean not null,
    first_seen_at  timestamptz not null,
    run_id         varchar not null,
    load_seq       bigint not null
);
comment on table ops.url_aliases is 'One row per address (strict URL key) that leads to an article.';
comment on column ops.url_aliases.url_key is 'Strict key of the address.';
comment on column ops.url_aliases.url is 'The address as it was seen.';
comment on column ops.url_aliases.article_id is 'The article (dim_articles).';
comment on column ops.url_aliases.evidence is
    'Why it is the article''s: feed link, request, document, redirect, canonical, guid, same text.';
comment on column ops.url_aliases.is_fetched is
    'Whether the address was asked for, or the article was read there. One that a page only states as canonical, or that was passed on the way, may be another article''s: it is asked for when a feed lists it.';
comment on column ops.url_aliases.first_seen_at is 'When the evidence was first seen.';
comment on column ops.url_aliases.run_id is 'Run that found it.';
comment on column ops.url_aliases.load_seq is 'Load that last changed this row.';

create table ops.url_state (
    url_key        varchar not null,
    url            varchar not null,
    outcome        varchar not null,
    reason         varchar not null,
    since          timestamptz not null,
    first_seen_at  timestamptz not null,
    last_tried_at  timestamptz,
    next_try_at    timestamptz,
    failures       integer not null,
    article_id     varchar,
    same_as_key    varchar,
    feed_id        varchar,
    run_id         varchar not null,
    load_seq       bigint not null
);
comment on table ops.url_state is 'One row per address (strict URL key) that a feed listed or that was, or is to be, asked for: where it stands.';
comment on column ops.url_state.url_key is 'Strict key of the address.';
comment on column ops.url_state.url is 'The address as it was first listed or asked for.';
comment on column ops.url_state.outcome is 'Its current outcome, of the closed vocabulary.';
comment on column ops.url_state.reason is 'The evidence for the outcome, as a sentence.';
comment on column ops.url_state.since is 'Since when the outcome has been this one without a break.';
comment on column ops.url_state.first_seen_at is 'When it was first listed or asked for.';
comment on column ops.url_state.last_tried_at is 'When it was last asked for; null when never.';
comment on column ops.url_state.next_try_at is 'When it is due again; null when it is settled. What did not fail is due at once.';
comment on column ops.url_state.failures is 'Attempts in a row that ended in an outcome that is tried again.';
comment on column ops.url_state.article_id is 'The article it leads to (dim_articles), if any.';
comment on column ops.url_state.same_as_key is 'Strict key of the known address where its redirects arrived, if they did.';
comment on column ops.url_state.feed_id is 'The feed that first listed it; null when none did.';
comment on column ops.url_state.run_id is 'Run that last decided the outcome.';
comment on column ops.url_state.load_seq is 'Load that last changed this row.';
