-- Outcomes of the loads after $load_seq, the plan's apart.
select outcome, count(*) as outcome_count
from fct_outcomes
where load_seq > $load_seq and stage <> 'plan'
group by outcome
order by outcome;
