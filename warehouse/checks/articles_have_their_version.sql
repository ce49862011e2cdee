-- An article's current version is not there.
select a.article_id, a.current_version
from dim_articles as a
anti join fct_versions as v on v.article_id = a.article_id and v.version = a.current_version
where a.load_seq > getvariable('since');
