-- An address has more than one status.
select url_key, count(*) as status_count
from ops.url_state
where url_key in (select url_key from ops.url_state where load_seq > getvariable('since'))
group by url_key
having count(*) > 1;
