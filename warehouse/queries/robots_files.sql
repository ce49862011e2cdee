-- What each origin's robots.txt said when it was last read, not before $since.
select origin, last_read_at as read_at, run_id, fetch_id, agent, rules, crawl_delay_seconds, sitemaps, outcome, reason
from fct_robots_files
where last_read_at >= $since
qualify row_number() over (partition by origin order by last_read_at desc) = 1
order by origin;
