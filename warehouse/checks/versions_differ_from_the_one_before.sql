-- A version has the same content and source as the one before it, whose text was not forgotten.
select article_id, version, content_hash
from fct_versions
where article_id in (select article_id from fct_versions where load_seq > getvariable('since'))
window in_order as (partition by article_id order by version)
qualify
    content_hash = lag(content_hash) over in_order
    and body_source = lag(body_source) over in_order
    and lag(text_state) over in_order <> 'forgotten';
