-- The last polls of a feed, the latest first. Parameters: $feed_id, $count.
select run_id, polled_at, result, reason, status, error_class, entry_count
from fct_polls
where feed_id = $feed_id
order by polled_at desc, run_id desc
limit $count;
