-- The latest page fetch of each host that robots.txt decided on, not before $since: what crawl_delays.sql reads.
select *
from fct_fetches
where purpose in ('page', 'recheck')
    and robots_rule is not null
    and started_at >= $since
qualify row_number() over (partition by host order by started_at desc, fetch_id) = 1;
