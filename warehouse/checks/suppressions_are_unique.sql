-- An address or a site is suppressed more than once at a time.
select scope, key, count(*) as row_count
from ops.suppressions
where lifted_at is null
group by scope, key
having count(*) > 1;
