-- Readings of a suppressed article at an address that was not known to be its own: nothing of them is kept.
create or replace temp table suppressed_readings as
select i.result_number, s.reason
from identities as i
join suppressed_articles as s using (article_id);

update stg_page_results as r
set outcome = 'suppressed', reason = s.reason, failures = 0, next_try_at = null
from suppressed_readings as s
where r.result_number = s.result_number;

delete from stg_articles
where result_number in (select result_number from suppressed_readings);

delete from identities
where result_number in (select result_number from suppressed_readings);

-- Versions whose text was forgotten and whose article is suppressed no more: its next reading brings the text back.
create or replace temp table forgotten_versions as
select article_id, version
from fct_versions
where text_state = 'forgotten';
