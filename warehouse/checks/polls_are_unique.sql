-- A run asked a feed more than once.
select feed_id, run_id, count(*) as row_count
from fct_polls
where run_id in (select run_id from fct_polls where load_seq > getvariable('since'))
group by feed_id, run_id
having count(*) > 1;
