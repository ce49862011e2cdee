-- How much text is held of the articles $article_ids and the addresses $keys, and by the feeds $feed_ids.
select
    (select count(*) from dim_articles where list_contains($article_ids, article_id)) as article_count,
    (
        select count(*)
        from fct_versions
        where list_contains($article_ids, article_id) and text_state <> 'forgotten'
    ) as version_count,
    (
        select count(*)
        from fct_sightings
        where list_contains($keys, url_key) or list_contains($feed_ids, feed_id)
    ) as sighting_count;
