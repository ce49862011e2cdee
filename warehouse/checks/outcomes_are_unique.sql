-- A URL has more than one outcome of a stage of a run; an import has one for each reading that it brings.
select url_key, run_id, stage, count(*) as row_count
from fct_outcomes
where url_key in (select url_key from fct_outcomes where load_seq > getvariable('since'))
group by url_key, run_id, stage, if(stage = 'import', decided_at, null)
having count(*) > 1;
