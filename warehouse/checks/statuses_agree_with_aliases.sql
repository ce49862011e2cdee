-- A URL's status names another article than the one whose address the URL is.
select u.url_key, u.outcome, u.article_id, a.article_id as article_id_of_the_address
from ops.url_state as u
join ops.url_aliases as a using (url_key)
where
    a.is_fetched
    and u.article_id <> a.article_id
    and greatest(u.load_seq, a.load_seq) > getvariable('since');
