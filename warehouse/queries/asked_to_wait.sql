-- Addresses that are not to be asked yet at $now, because an answer 429 or 503 named a later time; a day at most.
select
    url,
    host,
    max(least(retry_after_until, ended_at + interval 24 hours)) as until
from fct_fetches
where
    status in (429, 503)
    and started_at between $now - interval 25 hours and $now
    and ended_at <= $now
    and retry_after_until > $now
    and ended_at + interval 24 hours > $now
group by url, host
order by url;
