-- A run's outcomes by the feed for which the URL was asked. Parameter: $run_id.
select feed_id, outcome, count(*) as outcome_count
from fct_outcomes
where run_id = $run_id
group by feed_id, outcome
order by outcome;
