-- An address leads to an article that is not there.
select url_key, article_id
from ops.url_aliases
anti join dim_articles using (article_id)
where load_seq > getvariable('since');
