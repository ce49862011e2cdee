-- A version of an article is there more than once.
select article_id, version, count(*) as row_count
from fct_versions
where article_id in (select article_id from fct_versions where load_seq > getvariable('since'))
group by article_id, version
having count(*) > 1;
