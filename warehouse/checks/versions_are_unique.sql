-- A version of an article is there more than once.
select article_id, version, count(*) as row_count
from fct_versions
group by article_id, version
having count(*) > 1;
