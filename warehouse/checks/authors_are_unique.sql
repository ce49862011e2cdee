-- An author is there more than once, or more than once among the authors of an article.
select author_id, null as article_id, count(*) as row_count
from dim_authors
group by author_id
having count(*) > 1
union all
select author_id, article_id, count(*)
from bridge_article_authors
group by author_id, article_id
having count(*) > 1;
