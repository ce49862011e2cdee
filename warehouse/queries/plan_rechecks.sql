-- Articles that this batch's entries announce anew (load/25_rechecks.sql).
select *, 'recheck' as purpose, 0 as failures, null::timestamptz as deferred_since
from rechecks;
