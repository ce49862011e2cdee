-- All suppressions, lifted ones as well.
select scope, key, named, reason, suppressed_at, lifted_at, article_id
from ops.suppressions
order by suppressed_at, named, scope, key;
