-- What each origin's robots.txt of a site said when it was last read. Parameter: $site.
select origin, agent, rules, crawl_delay_seconds, outcome, reason, first_read_at, last_read_at
from fct_robots_files
where site = $site
qualify row_number() over (partition by origin order by last_read_at desc) = 1
order by origin;
