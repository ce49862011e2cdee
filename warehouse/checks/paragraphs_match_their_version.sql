-- A version's paragraphs do not make up its body, or belong to no version.
with bodies as (
    select article_id, version, string_agg(text, e'\n\n' order by ordinal) as body
    from fct_paragraphs
    group by article_id, version
)

select article_id, version
from fct_versions as v
full join bodies as b using (article_id, version)
where v.article_id is null or coalesce(b.body, '') <> v.body;
