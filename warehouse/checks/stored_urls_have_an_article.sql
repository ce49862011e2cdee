-- A URL whose outcome says that there is an article leads to none.
select url_key, outcome, article_id
from ops.url_state
anti join dim_articles using (article_id)
where outcome in ('loaded', 'revised', 'unchanged', 'duplicate') and load_seq > getvariable('since');
