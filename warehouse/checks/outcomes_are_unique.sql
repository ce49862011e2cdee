-- A URL has more than one outcome of a stage of a run; an import has one for each reading that it brings.
select url_key, run_id, stage, count(*) as row_count
from fct_outcomes
group by url_key, run_id, stage, if(stage = 'import', decided_at, null)
having count(*) > 1;
