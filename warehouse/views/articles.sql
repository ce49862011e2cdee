create or replace view articles as
select
    a.article_id,
    a.url,
    a.canonical_url,
    a.site,
    a.title,
    a.headline,
    a.standfirst,
    a.authors,
    a.published_at,
    a.published_precision,
    a.published_offset_minutes,
    a.modified_at,
    a.first_seen_at,
    a.language,
    a.section,
    a.tags,
    a.reading_time_minutes,
    a.reading_time_is_computed,
    a.image_url,
    a.image_caption,
    a.image_credit,
    v.body,
    v.word_count,
    v.text_state,
    a.agency_credit,
    a.promotion,
    a.access,
    a.page_kind,
    a.rights,
    a.body_source,
    a.witnesses,
    v.extractor,
    a.current_version,
    v.observed_at,
    a.version_count,
    a.gone_at is null as is_live,
    a.gone_at,
    a.page_count,
    a.is_partial,
    greatest(a.load_seq, v.load_seq) as load_seq
from dim_articles as a
join fct_versions as v on v.article_id = a.article_id and v.version = a.current_version
anti join (from ops.merges where undone_at is null) as merged on merged.merged_article_id = a.article_id;

comment on view articles is 'One row per article, in its current version.';
comment on column articles.article_id is 'Identifier of the article; it never changes.';
comment on column articles.url is 'Address where it was last read.';
comment on column articles.canonical_url is 'The canonical URL that the page states.';
comment on column articles.site is 'Registrable domain of its address; null for a document that names none.';
comment on column articles.title is 'Title of the page.';
comment on column articles.headline is 'Headline of the article.';
comment on column articles.standfirst is 'Standfirst: the lead-in under the headline.';
comment on column articles.authors is 'Names of the byline, in order.';
comment on column articles.published_at is 'When the publisher says it was published, in UTC; null when that cannot be right. Midnight where only a day is stated.';
comment on column articles.published_precision is 'How exactly the publisher says so: second, minute or day.';
comment on column articles.published_offset_minutes is 'The publisher''s offset from UTC in minutes; null when it names none.';
comment on column articles.modified_at is 'When the publisher says it was last modified, in UTC.';
comment on column articles.first_seen_at is 'When newsledger first saw its address, in UTC.';
comment on column articles.language is 'Language code of the text.';
comment on column articles.section is 'Section of the publication.';
comment on column articles.tags is 'Keywords that the page or the feed gives it.';
comment on column articles.reading_time_minutes is 'Reading time in minutes.';
comment on column articles.reading_time_is_computed is 'Whether the reading time was computed, for want of one on the page.';
comment on column articles.image_url is 'Address of the lead image.';
comment on column articles.image_caption is 'Caption of the lead image.';
comment on column articles.image_credit is 'Credit of the lead image.';
comment on column articles.body is 'The text: paragraphs with a blank line between two.';
comment on column articles.word_count is 'Words of the body, as white space divides them.';
comment on column articles.text_state is 'What became of its text: kept, dropped (by the setting keep_text) or forgotten (newsledger forget); body is empty unless it was kept.';
comment on column articles.agency_credit is 'The line that credits news agencies.';
comment on column articles.promotion is 'The promotion line; no part of the body.';
comment on column articles.access is 'What a reader without account sees: free, metered or paywalled.';
comment on column articles.page_kind is 'article, live, gallery or video.';
comment on column articles.rights is 'Flags that the page sets, recorded and not acted on: noarchive (X-Robots-Tag or meta robots), tdm-reserved (TDM Reservation Protocol).';
comment on column articles.body_source is 'Where the text comes from: page, feed (a stand-in for a page that cannot be had) or document.';
comment on column articles.witnesses is 'For each field what gave it: json-ld, meta, dom, blocks, trafilatura, feed, document, …';
comment on column articles.extractor is 'What made the record, with its version.';
comment on column articles.current_version is 'Number of the version shown here.';
comment on column articles.observed_at is 'When this version was first read, in UTC.';
comment on column articles.version_count is 'Number of versions; a stand-in that the page replaced does not count.';
comment on column articles.is_live is 'False when its address was found gone; the row stays.';
comment on column articles.gone_at is 'When its address was found gone, in UTC; null while it is live.';
comment on column articles.page_count is 'Pages of the publisher that make up the text.';
comment on column articles.is_partial is 'Whether the article goes on, on pages that are not in the text.';
comment on column articles.load_seq is 'Load that last changed this row; read rows above the last number you have seen.';
