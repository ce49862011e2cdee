-- An address leads to an article that was merged with another by hand.
select 'aliases' as place, a.url_key, a.article_id
from ops.url_aliases as a
join ops.merges as m on m.merged_article_id = a.article_id
where m.undone_at is null
union all
select 'url_status', u.url_key, u.article_id
from ops.url_state as u
join ops.merges as m on m.merged_article_id = u.article_id
where m.undone_at is null;
