-- The addresses where articles of a site were reached, on whatever site they are. Parameter: $site.
select a.url_key, a.article_id
from ops.url_aliases as a
join dim_articles as d using (article_id)
where d.site = $site and a.is_fetched
order by 1;
