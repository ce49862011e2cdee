-- A URL has more than one outcome of a stage of a run.
select url_key, run_id, stage, count(*) as row_count
from fct_outcomes
group by url_key, run_id, stage
having count(*) > 1;
