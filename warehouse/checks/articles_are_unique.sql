-- An article is there more than once.
select article_id, count(*) as row_count
from dim_articles
where article_id in (select article_id from dim_articles where load_seq > getvariable('since'))
group by article_id
having count(*) > 1;
