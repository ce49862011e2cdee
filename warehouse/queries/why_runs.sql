-- Runs by their names. Parameter: $run_ids.
select run_id, started_at, ended_at, trigger
from ops.runs
where run_id in (select unnest($run_ids))
order by started_at, run_id;
