-- What makes one article one: addresses with intervals, trust in guids, and what people joined or parted by hand.
alter table ops.url_aliases add column loose_key varchar;
alter table ops.url_aliases add column last_seen_at timestamptz;
update ops.url_aliases set last_seen_at = first_seen_at;
comment on column ops.url_aliases.evidence is
    'Why it is the article''s: feed link (a feed listed it), request (it was asked for), document, redirect (it led to the article or the article was read behind it), moved (the article''s own address leads here for good, or its feed gave its guid this link), further page (a later page of it), canonical and amp (a page states it), guid (the feed gave both addresses one guid), same page (another spelling with the same text), same text (same site, text and headline within two days), by hand (merged).';
comment on column ops.url_aliases.first_seen_at is 'When it was first seen to be the article''s.';
comment on column ops.url_aliases.loose_key is 'Loose key of the address: equal for spellings that may be one page; null where nothing was asked for or read.';
comment on column ops.url_aliases.last_seen_at is 'Last reading that confirmed it.';

create table ops.ended_aliases (
    url_key        varchar not null,
    url            varchar not null,
    article_id     varchar not null,
    evidence       varchar not null,
    is_fetched     boolean not null,
    first_seen_at  timestamptz not null,
    run_id         varchar not null,
    load_seq       bigint not null,
    loose_key      varchar,
    last_seen_at   timestamptz not null,
    ended_at       timestamptz not null,
    end_reason     varchar not null,
    merge_number   bigint
);
comment on table ops.ended_aliases is 'One row per address × interval in which it led to an article and that has ended.';
comment on column ops.ended_aliases.url_key is 'Strict key of the address.';
comment on column ops.ended_aliases.url is 'The address as it was seen.';
comment on column ops.ended_aliases.article_id is 'The article it led to (dim_articles).';
comment on column ops.ended_aliases.evidence is 'Why it was the article''s, in the words of ops.url_aliases.';
comment on column ops.ended_aliases.is_fetched is 'Whether the address was asked for, or the article was read there.';
comment on column ops.ended_aliases.first_seen_at is 'When it was first seen to be the article''s.';
comment on column ops.ended_aliases.run_id is 'Run that found it.';
comment on column ops.ended_aliases.load_seq is 'Load that wrote this row.';
comment on column ops.ended_aliases.loose_key is 'Loose key of the address; null where nothing was asked for or read.';
comment on column ops.ended_aliases.last_seen_at is 'Last reading that confirmed it.';
comment on column ops.ended_aliases.ended_at is 'When it ended.';
comment on column ops.ended_aliases.end_reason is 'Why it ended, as a sentence.';
comment on column ops.ended_aliases.merge_number is 'The merge that ended it (ops.merges), and whose undoing brings it back; null for other ends.';

create table ops.merges (
    merge_number       bigint not null,
    merged_article_id  varchar not null,
    kept_article_id    varchar not null,
    merged_at          timestamptz not null,
    reason             varchar not null,
    url_keys           varchar[] not null,
    undone_at          timestamptz,
    undone_reason      varchar,
    load_seq           bigint not null
);
comment on table ops.merges is 'One row per merge of two articles by hand; while it is not undone, the merged one is not shown.';
comment on column ops.merges.merge_number is 'Number of the merge, from 1.';
comment on column ops.merges.merged_article_id is 'The article that became one with the other (dim_articles).';
comment on column ops.merges.kept_article_id is 'The article that stands for both (dim_articles).';
comment on column ops.merges.merged_at is 'When they were merged.';
comment on column ops.merges.reason is 'Why, in the words of who did it.';
comment on column ops.merges.url_keys is 'Strict keys of the addresses whose status led to the merged article.';
comment on column ops.merges.undone_at is 'When it was undone; null while it holds.';
comment on column ops.merges.undone_reason is 'Why it was undone, in the words of who did it.';
comment on column ops.merges.load_seq is 'Number of the change, in the order of the loads, that last changed this row.';

create table ops.separations (
    url_key       varchar not null,
    url           varchar not null,
    article_id    varchar not null,
    evidence      varchar not null,
    separated_at  timestamptz not null,
    reason        varchar not null,
    load_seq      bigint not null
);
comment on table ops.separations is 'One row per address × article that were parted by hand: no load joins them again.';
comment on column ops.separations.url_key is 'Strict key of the address.';
comment on column ops.separations.url is 'The address.';
comment on column ops.separations.article_id is 'The article that it is not (dim_articles).';
comment on column ops.separations.evidence is 'Why it had been taken for the article''s, in the words of ops.url_aliases.';
comment on column ops.separations.separated_at is 'When they were parted.';
comment on column ops.separations.reason is 'Why, in the words of who did it.';
comment on column ops.separations.load_seq is 'Number of the change, in the order of the loads.';

create table ops.guid_trust (
    feed_id        varchar not null,
    trust          varchar not null,
    reason         varchar not null,
    decided_at     timestamptz not null,
    reused_guids   varchar[] not null,
    load_seq       bigint not null
);
comment on table ops.guid_trust is 'One row per feed with evidence against its guids; the others'' are trusted.';
comment on column ops.guid_trust.feed_id is 'The feed (dim_feeds).';
comment on column ops.guid_trust.trust is 'trusted, collides (one guid for several articles) or churns (known links under new guids).';
comment on column ops.guid_trust.reason is 'The evidence, as a sentence.';
comment on column ops.guid_trust.decided_at is 'When the evidence was found.';
comment on column ops.guid_trust.reused_guids is 'Guids that stood for several articles, as far as it took to decide.';
comment on column ops.guid_trust.load_seq is 'Load that last changed this row.';
