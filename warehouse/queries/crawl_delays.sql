-- What the robots.txt of each host asked for when a page of it was last fetched, not before $since.
select
    host,
    arg_max_null(crawl_delay_seconds, started_at) as crawl_delay_seconds
from fct_fetches
where purpose in ('page', 'recheck')
    and robots_rule is not null
    and started_at >= $since
group by host
