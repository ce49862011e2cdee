-- Versions whose text another extractor read from a page than the one whose name is given, of one site where it is named.
select v.article_id, v.version, v.run_id, v.fetch_id
from fct_versions as v
join dim_articles as d using (article_id)
where
    v.body_source = 'page'
    and v.fetch_id is not null
    and v.text_state <> 'forgotten'
    and v.extractor <> getvariable('extractor')
    and (getvariable('site') is null or d.site = getvariable('site'));
