-- A batch was loaded more than once.
select batch_id, count(*) as row_count, list(load_seq order by load_seq) as loads
from ops.loads
group by batch_id
having count(*) > 1;
