-- There is text of an article that is suppressed, or an address that is suppressed is due.
with suppressed as (
    select article_id
    from ops.suppressions
    where lifted_at is null and article_id is not null
    union
    select d.article_id
    from ops.suppressions as s
    join dim_articles as d on d.site = s.key
    where s.lifted_at is null and s.scope = 'site'
)

select 'articles' as place, article_id as what
from dim_articles
semi join suppressed using (article_id)
where
    coalesce(title, headline, standfirst, section, image_caption, image_credit, agency_credit, promotion) is not null
    or authors <> []
    or tags <> []
union all
select 'versions', article_id
from fct_versions
semi join suppressed using (article_id)
where text_state <> 'forgotten'
union all
select 'sightings', s.url_key
from fct_sightings as s
semi join (from ops.suppressions where scope = 'url' and lifted_at is null) as u on u.key = s.url_key
where coalesce(s.title, s.summary, s.content_html) is not null
union all
select 'url_status', s.url_key
from ops.url_state as s
semi join (from ops.suppressions where scope = 'url' and lifted_at is null) as u on u.key = s.url_key
where s.outcome <> 'suppressed' or s.next_try_at is not null;
