-- The versions as they are read now. When each was observed, and by which request, is as it was: the publisher changed
-- nothing.
update fct_versions as v
set
    title = n.title,
    headline = n.headline,
    standfirst = n.standfirst,
    body = n.body,
    word_count = n.word_count,
    content_hash = n.content_hash,
    body_hash = n.body_hash,
    title_key = n.title_key,
    extractor = n.extractor,
    text_state = n.text_state,
    load_seq = getvariable('load_seq')
from rereadings as n
where v.article_id = n.article_id and v.version = n.version;

-- Versions that differed from the one before them by what an extractor did, and by nothing else, never were any.
create or replace temp table unfounded_versions as
select article_id, version
from fct_versions
semi join rereadings using (article_id)
window in_order as (partition by article_id order by version)
qualify
    content_hash = lag(content_hash) over in_order
    and body_source = lag(body_source) over in_order
    and lag(text_state) over in_order <> 'forgotten';

delete from fct_versions
where (article_id, version) in (from unfounded_versions);

delete from fct_paragraphs
where
    (article_id, version) in (select (article_id, version) from rereadings)
    or (article_id, version) in (from unfounded_versions);

insert into fct_paragraphs by name
select
    n.article_id,
    n.version,
    ordinal,
    paragraph.kind,
    paragraph.text,
    paragraph.text_hash,
    getvariable('load_seq') as load_seq
from rereadings as n
anti join unfounded_versions using (article_id, version)
cross join lateral (select unnest(n.paragraphs) as paragraph, generate_subscripts(n.paragraphs, 1) as ordinal)
order by n.article_id, n.version, ordinal;
