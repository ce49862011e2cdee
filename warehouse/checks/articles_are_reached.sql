-- An article that was read from a page is reached by no address: no URL's status and no alias leads to it.
select article_id, url
from dim_articles
where
    body_source = 'page'
    and load_seq > getvariable('since')
    and article_id not in (select article_id from ops.url_aliases)
    and article_id not in (select article_id from ops.url_state where article_id is not null);
