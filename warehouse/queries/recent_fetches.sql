-- The requests that asked_to_wait.sql and recently_asked.sql look at.
select *
from fct_fetches
where
    started_at >= $now - interval 1 hour
    or (status in (429, 503) and started_at >= $now - interval 25 hours);
