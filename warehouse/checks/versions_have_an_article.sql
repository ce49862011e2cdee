-- A version belongs to no article.
select article_id, version
from fct_versions
anti join dim_articles using (article_id)
where load_seq > getvariable('since');
