-- A run is there more than once.
select run_id, count(*) as row_count
from ops.runs
group by run_id
having count(*) > 1;
