-- A request is there more than once.
select fetch_id, count(*) as row_count
from fct_fetches
group by fetch_id
having count(*) > 1;
