-- An article read from a page is reached by no address. One that was merged with another by hand needs none.
select article_id, url
from dim_articles
where
    body_source = 'page'
    and load_seq > getvariable('since')
    and article_id not in (select merged_article_id from ops.merges where undone_at is null)
    and article_id not in (select article_id from ops.url_aliases)
    and article_id not in (select article_id from ops.url_state where article_id is not null);
