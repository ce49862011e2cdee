-- A run asked a feed more than once.
select feed_id, run_id, count(*) as row_count
from fct_polls
group by feed_id, run_id
having count(*) > 1;
