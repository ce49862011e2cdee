-- Polling: how a feed's items arrive, what it asks for, and what was missed between two polls.
alter table ops.feed_state add column habit struct(
    hourly_rates double[],
    observed_hours double,
    recent_items double,
    recent_expected double,
    dispersion double,
    "window" integer
);
alter table ops.feed_state add column entry_marks bigint[];
alter table ops.feed_state add column hints struct(
    ttl_minutes double,
    update_interval_minutes double,
    skip_hours integer[],
    skip_days integer[]
);
alter table ops.feed_state add column gone_since timestamptz;
comment on column ops.feed_state.gone_since is 'When it first answered 410 since it was last read; null when it did not.';
comment on column ops.feed_state.health is
    'ok (read), slow (late, or it asked us to slow down), failing (not read) or gone (410 twice, a day apart or more).';
alter table ops.feed_state add column not_modified_count integer default 0;
alter table ops.feed_state add column full_answer_at timestamptz;
alter table ops.feed_state add column distrusted_until timestamptz;
comment on column ops.feed_state.not_modified_count is 'Answers 304 since its last whole document.';
comment on column ops.feed_state.full_answer_at is 'When its last whole document came.';
comment on column ops.feed_state.distrusted_until is
    'Until when it is asked without validators: a 304 had passed over entries; null when none did.';
alter table ops.feed_state add column adopted_url varchar;
alter table ops.feed_state add column moved_to varchar;
alter table ops.feed_state add column moved_since timestamptz;
alter table ops.feed_state add column moved_polls integer default 0;
comment on column ops.feed_state.adopted_url is
    'Address that is asked instead of the feed''s own, which moved there for good; null when it did not.';
comment on column ops.feed_state.moved_to is 'Address that permanent redirects lead to, not adopted yet.';
comment on column ops.feed_state.moved_since is 'Since when they lead there.';
comment on column ops.feed_state.moved_polls is 'Polls that they led there.';
comment on column ops.feed_state.habit is
    'How its items arrive: an hour, for 24 hours of a weekday and 24 of a day of the weekend (UTC); hours observed; decayed counts of the last hours, found and usual; variance over mean; items that its document holds.';
comment on column ops.feed_state.entry_marks is 'Hashes that stand for the entries of its last document.';
comment on column ops.feed_state.hints is 'What its last document asks for: ttl, syndication module, skipHours (0 to 23), skipDays (0 is Monday).';

create table fct_feed_gaps (
    run_id           varchar not null,
    feed_id          varchar not null,
    since            timestamptz not null,
    until            timestamptz not null,
    missed_estimate  integer not null,
    load_seq         bigint not null
);
comment on table fct_feed_gaps is
    'One row per two polls of a feed, one after the other, whose documents share no entry: what came in between was likely missed.';
comment on column fct_feed_gaps.run_id is 'Run of the later poll (ops.runs).';
comment on column fct_feed_gaps.feed_id is 'The feed (dim_feeds).';
comment on column fct_feed_gaps.since is 'When the earlier poll was.';
comment on column fct_feed_gaps.until is 'When the later poll was.';
comment on column fct_feed_gaps.missed_estimate is
    'Items that were likely missed: the time that the later document does not reach back to, at the rate of its items; 1 where they have no dates.';
comment on column fct_feed_gaps.load_seq is 'Load that wrote it.';
