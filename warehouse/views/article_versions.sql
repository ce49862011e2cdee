create or replace view article_versions as
select
    article_id,
    version,
    observed_at,
    url,
    title,
    headline,
    standfirst,
    body,
    word_count,
    text_state,
    modified_at,
    content_hash,
    body_source,
    extractor,
    run_id,
    fetch_id,
    load_seq
from fct_versions
anti join (select merged_article_id as article_id from ops.merges where undone_at is null) as merged using (article_id);

comment on view article_versions is 'One row per article × distinct content, in the order in which newsledger read them.';
comment on column article_versions.article_id is 'The article.';
comment on column article_versions.version is 'Number of the version, from 1.';
comment on column article_versions.observed_at is 'When it was first read, in UTC.';
comment on column article_versions.url is 'Address where it was read.';
comment on column article_versions.title is 'Title of the page.';
comment on column article_versions.headline is 'Headline of the article.';
comment on column article_versions.standfirst is 'Standfirst: the lead-in under the headline.';
comment on column article_versions.body is 'The text: paragraphs with a blank line between two.';
comment on column article_versions.word_count is 'Words of the body, as white space divides them.';
comment on column article_versions.text_state is 'What became of its text: kept, dropped (by the setting keep_text) or forgotten (newsledger forget); body is empty unless it was kept.';
comment on column article_versions.modified_at is 'When the publisher says this was modified, in UTC.';
comment on column article_versions.content_hash is 'Hash of headline, standfirst and paragraphs; equal where a reader sees the same words.';
comment on column article_versions.body_source is 'Where the text comes from: page, feed (a stand-in) or document.';
comment on column article_versions.extractor is 'What made the record, with its version.';
comment on column article_versions.run_id is 'Run that read it.';
comment on column article_versions.fetch_id is 'The request that brought it; null for documents and for what a feed gave.';
comment on column article_versions.load_seq is 'Load that wrote it.';
