-- A version's paragraphs do not make up its body, or belong to no version; where its text is not kept, one has text.
-- Both are written by the same load.
with bodies as (
    select
        article_id,
        version,
        string_agg(text, e'\n\n' order by ordinal) as body,
        bool_or(text <> '') as has_text
    from fct_paragraphs
    where load_seq > getvariable('since')
    group by article_id, version
),

versions as (
    select article_id, version, body, text_state
    from fct_versions
    where load_seq > getvariable('since')
)

select article_id, version
from versions as v
full join bodies as b using (article_id, version)
where
    v.article_id is null
    or if(v.text_state = 'kept', coalesce(b.body, '') <> v.body, v.body <> '' or coalesce(b.has_text, false));
