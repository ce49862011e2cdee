-- A URL whose outcome says that there is an article leads to none in the view of articles, or to more than one.
with stored as (
    select url_key, outcome, article_id
    from ops.url_state
    where outcome in ('loaded', 'revised', 'unchanged', 'duplicate') and load_seq > getvariable('since')
),

shown as (
    select article_id, count(*) as row_count
    from articles
    where article_id in (select article_id from stored)
    group by article_id
)

select stored.*, coalesce(shown.row_count, 0) as row_count
from stored
left join shown using (article_id)
where coalesce(shown.row_count, 0) <> 1;
