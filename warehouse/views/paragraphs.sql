create or replace view paragraphs as
select article_id, version, ordinal, kind, text, text_hash, load_seq
from fct_paragraphs
anti join (select merged_article_id as article_id from ops.merges where undone_at is null) as merged using (article_id);

comment on view paragraphs is 'One row per version × paragraph.';
comment on column paragraphs.article_id is 'The article.';
comment on column paragraphs.version is 'The version.';
comment on column paragraphs.ordinal is 'Place in the body, from 1.';
comment on column paragraphs.kind is 'body, subheading, quote or list_item.';
comment on column paragraphs.text is 'The paragraph; empty where the version''s text is not kept.';
comment on column paragraphs.text_hash is 'Hash of the text; equal where a reader sees the same words.';
comment on column paragraphs.load_seq is 'Load that wrote it.';
