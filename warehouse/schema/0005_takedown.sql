-- Takedown: what must not be kept, and what became of the text of each version.
create table ops.suppressions (
    scope          varchar not null,
    key            varchar not null,
    named          varchar not null,
    article_id     varchar,
    reason         varchar not null,
    suppressed_at  timestamptz not null,
    lifted_at      timestamptz,
    run_id         varchar not null,
    load_seq       bigint not null
);
comment on table ops.suppressions is
    'One row per address or site that is not asked for and of which no text is kept; it holds until it is lifted.';
comment on column ops.suppressions.scope is 'url (one address) or site (a registrable domain with all its hosts).';
comment on column ops.suppressions.key is 'Strict key of the address, or the registrable domain.';
comment on column ops.suppressions.named is
    'What was asked to be forgotten: an article is suppressed under each of its addresses, and lifted under all of them.';
comment on column ops.suppressions.article_id is 'The article that the address led to (dim_articles), if any.';
comment on column ops.suppressions.reason is 'Why, as a sentence: the reason of every outcome that follows from it.';
comment on column ops.suppressions.suppressed_at is 'Since when it holds (our clock).';
comment on column ops.suppressions.lifted_at is 'When it was lifted; null while it holds.';
comment on column ops.suppressions.run_id is 'Run that wrote it (ops.runs).';
comment on column ops.suppressions.load_seq is 'Load that last changed this row.';

alter table fct_versions add column text_state varchar default 'kept';
alter table fct_versions alter column text_state set not null;
comment on column fct_versions.text_state is
    'What became of its text: kept, dropped (the setting keep_text said so) or forgotten (newsledger forget).';

-- Words for comparing become a hash of them: they are text, and where no text is kept they have to go as well.
update fct_versions set title_key = left(sha256(title_key), 16) where title_key <> '';
update dim_articles set title_key = left(sha256(title_key), 16) where title_key <> '';
comment on column fct_versions.title_key is 'Hash of the words of the headline (else of the title) in lower case, for comparing; empty where there are none.';
comment on column dim_articles.title_key is 'Hash of the words of the headline (else of the title) in lower case, for comparing; empty where there are none.';
comment on column ops.runs.trigger is 'What started it: manual, schedule, demo, import or forget.';
comment on table ops.runs is 'One row per run of which a batch was loaded, or that changed what may be kept.';
comment on column ops.loads.batch_id is 'Name of the batch in the spool; of a takedown, the name of its run.';
comment on table ops.loads is 'One row per batch that was loaded, or takedown; a batch named here is never loaded again.';
