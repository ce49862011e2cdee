-- An article is there more than once.
select article_id, count(*) as row_count
from dim_articles
group by article_id
having count(*) > 1;
