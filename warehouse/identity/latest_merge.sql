-- The latest merge that brought an address to the article it leads to now. Parameter: $url_key.
select m.merge_number, m.merged_article_id, m.kept_article_id
from ops.merges as m
join ops.ended_aliases as e using (merge_number)
join ops.url_aliases as a on a.url_key = e.url_key and a.article_id = m.kept_article_id
where m.undone_at is null and e.url_key = $url_key
order by m.merge_number desc
limit 1;
