-- What is suppressed becomes a tombstone: identifiers, hashes, addresses, times and counts stay, and no words.
-- The temporary tables suppressed_addresses (url_key, reason) and suppressed_feeds (feed_id) say what it is.
-- With an article go those that were merged with it by hand: their addresses lead to it.
create or replace temp table suppressed_articles as
with named as (
    select article_id
    from ops.suppressions
    where lifted_at is null and article_id is not null
    union
    select d.article_id
    from ops.suppressions as s
    join dim_articles as d on d.site = s.key
    where s.lifted_at is null and s.scope = 'site'
)

from named
union
select m.merged_article_id
from ops.merges as m
join dim_articles as d on d.article_id = m.merged_article_id
join ops.url_aliases as a on a.url_key = d.url_key
join named as n on n.article_id = a.article_id
where m.undone_at is null;

update dim_articles
set
    title = null,
    headline = null,
    standfirst = null,
    authors = [],
    section = null,
    tags = [],
    image_caption = null,
    image_credit = null,
    agency_credit = null,
    promotion = null,
    load_seq = getvariable('load_seq')
where
    article_id in (select article_id from suppressed_articles)
    and (
        coalesce(title, headline, standfirst, section, image_caption, image_credit, agency_credit, promotion) is not null
        or authors <> []
        or tags <> []
    );

update fct_versions
set
    title = null,
    headline = null,
    standfirst = null,
    body = '',
    text_state = 'forgotten',
    load_seq = getvariable('load_seq')
where article_id in (select article_id from suppressed_articles) and text_state <> 'forgotten';

update fct_paragraphs
set text = '', load_seq = getvariable('load_seq')
where article_id in (select article_id from suppressed_articles) and text <> '';

delete from bridge_article_authors
where article_id in (select article_id from suppressed_articles);

-- Also the authors of earlier readings, whom no article names any more.
delete from dim_authors
where author_id not in (select author_id from bridge_article_authors);
