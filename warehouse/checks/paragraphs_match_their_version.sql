-- A version's paragraphs do not make up its body, or belong to no version; where its text is not kept, one has text.
with bodies as (
    select
        article_id,
        version,
        string_agg(text, e'\n\n' order by ordinal) as body,
        bool_or(text <> '') as has_text
    from fct_paragraphs
    group by article_id, version
)

select article_id, version
from fct_versions as v
full join bodies as b using (article_id, version)
where
    v.article_id is null
    or if(v.text_state = 'kept', coalesce(b.body, '') <> v.body, v.body <> '' or coalesce(b.has_text, false));
