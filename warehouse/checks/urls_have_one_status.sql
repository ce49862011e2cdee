-- An address has more than one status.
select url_key, count(*) as status_count
from ops.url_state
group by url_key
having count(*) > 1;
