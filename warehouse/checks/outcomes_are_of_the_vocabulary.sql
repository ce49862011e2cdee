-- An outcome is outside the closed vocabulary.
select 'outcomes' as place, url_key, outcome
from fct_outcomes
where not list_contains(getvariable('outcome_vocabulary'), outcome) and load_seq > getvariable('since')
union all
select 'url_status', url_key, outcome
from ops.url_state
where not list_contains(getvariable('outcome_vocabulary'), outcome) and load_seq > getvariable('since');
