-- Politeness: what it takes to show from the requests alone that pacing, robots.txt and validators were kept.
alter table fct_fetches add column site varchar;
alter table fct_fetches add column answered_at timestamptz;
alter table fct_fetches add column validator_use varchar;
comment on column fct_fetches.site is
    'Registrable domain of the host: all its hosts are paced as one. Null for requests from before it was recorded.';
comment on column fct_fetches.answered_at is
    'When the answer began: by then the server has seen the request, and the pause before the next one counts from here. Null when none came.';
comment on column fct_fetches.validator_use is
    'What was made of the validators that were stored: sent, none (there were none), tested (left away now and then, to see whether the server''s 304 are true) or distrusted (left away because a 304 had passed over entries).';
comment on column fct_fetches.crawl_delay_seconds is
    'Seconds between requests that robots.txt asks for; of a request for robots.txt, what the file turned out to ask for.';

alter table ops.runs add column per_host_interval double;
alter table ops.runs add column per_host_concurrency integer;
comment on column ops.runs.per_host_interval is
    'Setting of the run: seconds between two requests to one site; null where nothing is asked for, as by an import.';
comment on column ops.runs.per_host_concurrency is 'Setting of the run: most requests at once on one site.';

create table fct_robots_files (
    origin               varchar not null,
    site                 varchar not null,
    agent                varchar,
    rules                varchar[] not null,
    crawl_delay_seconds  double,
    sitemaps             varchar[] not null,
    outcome              varchar,
    reason               varchar,
    first_read_at        timestamptz not null,
    last_read_at         timestamptz not null,
    fetch_id             varchar not null,
    run_id               varchar not null,
    load_seq             bigint not null
);
comment on table fct_robots_files is
    'One row per origin × reading of its robots.txt that differed from the one before, over the interval in which it read so.';
comment on column fct_robots_files.origin is 'Scheme, host and port.';
comment on column fct_robots_files.site is 'Registrable domain of the host.';
comment on column fct_robots_files.agent is
    'Whom the group names that counts for us: newsledger or *; null when neither is named.';
comment on column fct_robots_files.rules is 'The lines of that group (Allow, Disallow, Crawl-delay), as we read them.';
comment on column fct_robots_files.crawl_delay_seconds is 'Seconds between requests that the group asks for.';
comment on column fct_robots_files.sitemaps is 'Sitemaps that the file names.';
comment on column fct_robots_files.outcome is
    'What went wrong, of the outcomes'' vocabulary: pages of the origin are not asked for then. Null when nothing did.';
comment on column fct_robots_files.reason is 'Why there are no rules; null when the file was read.';
comment on column fct_robots_files.first_read_at is 'When it was first read so.';
comment on column fct_robots_files.last_read_at is 'When it was last read so.';
comment on column fct_robots_files.fetch_id is 'Request whose answer was first read so (fct_fetches).';
comment on column fct_robots_files.run_id is 'Run that first read it so (ops.runs).';
comment on column fct_robots_files.load_seq is 'Load that last changed this row.';

alter table fct_feed_gaps add column witness_url varchar;
alter table fct_feed_gaps add column witnessed_count integer;
comment on column fct_feed_gaps.witness_url is 'The site''s news sitemap, if there is one that answered.';
comment on column fct_feed_gaps.witnessed_count is
    'Articles that it names for the time in between, in the sections that the feed lists; null without one.';
