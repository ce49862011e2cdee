-- What a thing is: feeds, sites, articles, authors.
create table dim_feeds (
    feed_id          varchar not null,
    url              varchar not null,
    name             varchar,
    title            varchar,
    home_url         varchar,
    site             varchar not null,
    kind             varchar,
    language         varchar,
    country          varchar,
    tags             varchar[] not null,
    first_polled_at  timestamptz not null,
    load_seq         bigint not null
);
comment on table dim_feeds is 'One row per feed that was ever polled, by its URL as configured.';
comment on column dim_feeds.feed_id is 'Identifier: 16 hexadecimal digits of the hash of the URL.';
comment on column dim_feeds.url is 'URL of the feed as configured, without credentials.';
comment on column dim_feeds.name is 'Name given in the feeds file.';
comment on column dim_feeds.title is 'Title that the feed gives itself.';
comment on column dim_feeds.home_url is 'Page that the feed names as its home.';
comment on column dim_feeds.site is 'Registrable domain of the feed''s URL.';
comment on column dim_feeds.kind is 'Format: rss, atom, json_feed, sitemap, sitemap_index.';
comment on column dim_feeds.language is 'Language from the feeds file, else from the feed.';
comment on column dim_feeds.country is 'Country given in the feeds file.';
comment on column dim_feeds.tags is 'Tags given in the feeds file.';
comment on column dim_feeds.first_polled_at is 'When it was first asked.';
comment on column dim_feeds.load_seq is 'Load that last changed this row.';

create table dim_sites (
    site           varchar not null,
    first_seen_at  timestamptz not null,
    load_seq       bigint not null
);
comment on table dim_sites is 'One row per site (registrable domain) of a feed or an article.';
comment on column dim_sites.site is 'Registrable domain, lower case.';
comment on column dim_sites.first_seen_at is 'When a feed or an article of it was first seen.';
comment on column dim_sites.load_seq is 'Load that added it.';

create table dim_authors (
    author_id      varchar not null,
    name           varchar not null,
    first_seen_at  timestamptz not null,
    load_seq       bigint not null
);
comment on table dim_authors is 'One row per author name, whatever its capitals.';
comment on column dim_authors.author_id is 'Identifier: 16 hexadecimal digits of the hash of the name in lower case.';
comment on column dim_authors.name is 'The name as it was first seen.';
comment on column dim_authors.first_seen_at is 'When it was first seen in an article.';
comment on column dim_authors.load_seq is 'Load that added it.';

create table bridge_article_authors (
    article_id  varchar not null,
    author_id   varchar not null,
    position    integer not null,
    load_seq    bigint not null
);
comment on table bridge_article_authors is 'One row per article × author, as the article''s latest reading has them.';
comment on column bridge_article_authors.article_id is 'The article (dim_articles).';
comment on column bridge_article_authors.author_id is 'The author (dim_authors).';
comment on column bridge_article_authors.position is 'Place in the byline, from 1.';
comment on column bridge_article_authors.load_seq is 'Load that wrote it.';

create table dim_articles (
    article_id                varchar not null,
    url                       varchar not null,
    url_key                   varchar not null,
    canonical_url             varchar,
    site                      varchar,
    title                     varchar,
    headline                  varchar,
    standfirst                varchar,
    title_key                 varchar not null,
    content_hash              varchar not null,
    body_hash                 varchar not null,
    authors                   varchar[] not null,
    published_at              timestamptz,
    published_precision       varchar,
    published_offset_minutes  integer,
    published_raw             varchar,
    modified_at               timestamptz,
    modified_precision        varchar,
    modified_offset_minutes   integer,
    modified_raw              varchar,
    language                  varchar,
    section                   varchar,
    tags                      varchar[] not null,
    access                    varchar not null,
    page_kind                 varchar not null,
    rights                    varchar[] not null,
    reading_time_minutes      integer,
    reading_time_is_computed  boolean not null,
    image_url                 varchar,
    image_caption             varchar,
    image_credit              varchar,
    agency_credit             varchar,
    promotion                 varchar,
    witnesses                 map(varchar, varchar) not null,
    body_source               varchar not null,
    current_version           integer not null,
    version_count             integer not null,
    first_seen_at             timestamptz not null,
    gone_at                   timestamptz,
    load_seq                  bigint not null
);
comment on table dim_articles is 'One row per article, as its latest reading has it; its texts are in fct_versions.';
comment on column dim_articles.article_id is 'Identifier: 16 hexadecimal digits of the hash of the strict key of the address where it was first reached.';
comment on column dim_articles.url is 'Final address of its latest reading.';
comment on column dim_articles.url_key is 'Strict key of that address.';
comment on column dim_articles.canonical_url is 'The canonical URL that the page states, believed or not.';
comment on column dim_articles.site is 'Registrable domain of its address; null for a document that names none.';
comment on column dim_articles.title is 'Title of the page.';
comment on column dim_articles.headline is 'Headline of the article.';
comment on column dim_articles.standfirst is 'Standfirst: the lead-in under the headline.';
comment on column dim_articles.title_key is 'Words of the headline (else of the title) in lower case, for comparing.';
comment on column dim_articles.content_hash is 'Hash of headline, standfirst and paragraphs of the current version.';
comment on column dim_articles.body_hash is 'Hash of the paragraphs of the current version.';
comment on column dim_articles.authors is 'Names of the byline, in order.';
comment on column dim_articles.published_at is 'When the publisher says it was published (the publisher''s clock).';
comment on column dim_articles.published_precision is 'How exactly it says so: second, minute or day.';
comment on column dim_articles.published_offset_minutes is 'The publisher''s offset from UTC in minutes; null when it names none.';
comment on column dim_articles.published_raw is 'The time as the page writes it.';
comment on column dim_articles.modified_at is 'When the publisher says it was last modified (the publisher''s clock).';
comment on column dim_articles.modified_precision is 'How exactly it says so: second, minute or day.';
comment on column dim_articles.modified_offset_minutes is 'The publisher''s offset from UTC in minutes; null when it names none.';
comment on column dim_articles.modified_raw is 'The time as the page writes it.';
comment on column dim_articles.language is 'Language code of the text.';
comment on column dim_articles.section is 'Section of the publication.';
comment on column dim_articles.tags is 'Keywords that the page or the feed gives it.';
comment on column dim_articles.access is 'What a reader without account sees: free, metered or paywalled.';
comment on column dim_articles.page_kind is 'article, live, gallery or video.';
comment on column dim_articles.rights is 'Flags that the page sets: noarchive, tdm-reserved.';
comment on column dim_articles.reading_time_minutes is 'Reading time in minutes.';
comment on column dim_articles.reading_time_is_computed is 'Whether the reading time was computed, for want of one on the page.';
comment on column dim_articles.image_url is 'Address of the lead image.';
comment on column dim_articles.image_caption is 'Its caption.';
comment on column dim_articles.image_credit is 'Its credit.';
comment on column dim_articles.agency_credit is 'The line that credits news agencies.';
comment on column dim_articles.promotion is 'The promotion line; no part of the body.';
comment on column dim_articles.witnesses is 'For each field what gave it: json-ld, meta, dom, trafilatura, feed, document, …';
comment on column dim_articles.body_source is 'Where the text comes from: page, feed (a stand-in for a page that cannot be had) or document.';
comment on column dim_articles.current_version is 'Number of the version that holds now (fct_versions).';
comment on column dim_articles.version_count is 'Number of versions; a stand-in that the page replaced does not count.';
comment on column dim_articles.first_seen_at is 'When its address was first listed or asked for (our clock).';
comment on column dim_articles.gone_at is 'When its address was found gone; null while it is live.';
comment on column dim_articles.load_seq is 'Load that last changed this row.';
