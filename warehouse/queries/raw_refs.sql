-- Places in the archive of what was read of suppressed articles and at suppressed addresses, after forget/10_articles.
select distinct f.raw_ref
from fct_fetches as f
join (
    select fetch_id
    from fct_versions
    semi join suppressed_articles using (article_id)
    union
    select fetch_id
    from fct_outcomes
    semi join suppressed_addresses using (url_key)
) as r using (fetch_id)
where f.raw_ref is not null;
