-- An address leads to more than one article, or is listed twice as its address.
select url_key, count(*) as alias_count, list(article_id) as article_ids
from ops.url_aliases
where url_key in (select url_key from ops.url_aliases where load_seq > getvariable('since'))
group by url_key
having count(*) > 1;
