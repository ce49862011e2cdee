-- A feed is there more than once, or has more than one state.
select 'feeds' as place, feed_id, count(*) as row_count
from dim_feeds
group by feed_id
having count(*) > 1
union all
select 'feed_state', feed_id, count(*)
from ops.feed_state
group by feed_id
having count(*) > 1;
