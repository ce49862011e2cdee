-- What feeds said about suppressed addresses, and what feeds of a suppressed site said about any.
update fct_sightings
set
    title = null,
    summary = null,
    content_html = null,
    authors = [],
    categories = [],
    load_seq = getvariable('load_seq')
where
    (
        url_key in (select url_key from suppressed_addresses)
        or feed_id in (select feed_id from suppressed_feeds)
    )
    and (coalesce(title, summary, content_html) is not null or authors <> [] or categories <> []);
