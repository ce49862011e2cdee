-- The articles of a batch (load/00_arrive.sql) as new readings of the versions that they were: the same page of the same
-- run.
create or replace temp table rereadings as
select o.article_id, o.version, a.*
from outdated_versions as o
join stg_page_results as r using (run_id, fetch_id)
join stg_articles as a using (result_number)
where a.body_source = 'page'
qualify row_number() over (partition by o.article_id, o.version order by r.result_number) = 1;
