-- An author is there more than once, or more than once among the authors of an article.
select author_id, null as article_id, count(*) as row_count
from dim_authors
where author_id in (select author_id from dim_authors where load_seq > getvariable('since'))
group by author_id
having count(*) > 1
union all
select author_id, article_id, count(*)
from bridge_article_authors
where article_id in (select article_id from bridge_article_authors where load_seq > getvariable('since'))
group by author_id, article_id
having count(*) > 1;
