-- A request is there more than once.
select fetch_id, count(*) as row_count
from fct_fetches
where fetch_id in (select fetch_id from fct_fetches where load_seq > getvariable('since'))
group by fetch_id
having count(*) > 1;
