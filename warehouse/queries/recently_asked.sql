-- Hosts that were asked within the last hour before $now: when last, and when one last answered 429 or 503.
select
    host,
    max(ended_at) as asked_at,
    max(ended_at) filter (status in (429, 503)) as slowed_at
from fct_fetches
where started_at between $now - interval 1 hour and $now and ended_at <= $now
group by host
order by host;
