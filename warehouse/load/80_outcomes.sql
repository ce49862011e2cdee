-- What became of each URL, as rows of history.
-- With an article: loaded (a new article, or the page in the place of a stand-in), revised (a new version), unchanged
-- (a known address says the same), duplicate (a new address of an article). Without: as staged.
create or replace temp table decided as
select
    r.*,
    case
        when v.is_first or v.replaces_stand_in then 'loaded'
        when v.result_number is not null then 'revised'
        when i.article_id is not null and known.article_id = i.article_id then 'unchanged'
        when i.article_id is not null then 'duplicate'
        else coalesce(r.outcome, 'duplicate')
    end as final_outcome,
    case
        when v.replaces_stand_in then 'The page takes the place of the text that the feed gave.'
        when r.reason <> '' then r.reason
        when v.is_first then 'A new article.'
        when v.result_number is not null then 'Its text differs from the version before.'
        when i.article_id is not null and known.article_id = i.article_id then 'It says the same as before.'
        when i.evidence = 'guid' then 'The feed gave its guid to a known article before.'
        when i.evidence = 'canonical' then 'It is another rendering of a known article, by its canonical URL.'
        when i.evidence = 'same text' then 'A known article of the site has the same text.'
        when i.article_id is not null then 'It leads to an address of a known article.'
        when r.same_as_key is not null then 'It leads to ' || r.same_as_key || ', which is known.'
        else ''
    end as final_reason,
    coalesce(i.article_id, arrived.article_id, known.article_id) as article_id
from stg_page_results as r
left join identities as i using (result_number)
left join new_versions as v using (result_number)
left join known_addresses as known on known.url_key = r.url_key
left join ops.url_aliases as arrived on arrived.url_key = r.same_as_key and arrived.is_fetched;

-- The run has done more about these than plan them.
delete from fct_outcomes as o
using stg_page_results as r
where o.stage = 'plan' and o.run_id = r.run_id and o.url_key = r.url_key;

insert into fct_outcomes by name
select
    url_key,
    url,
    run_id,
    stage,
    final_outcome as outcome,
    final_reason as reason,
    decided_at,
    article_id,
    feed_id,
    fetch_id,
    getvariable('load_seq') as load_seq
from decided
anti join (
    select url_key, run_id, stage, decided_at
    from fct_outcomes
    where decided_at >= (select min(decided_at) from decided)
) as known using (url_key, run_id, stage, decided_at);

update dim_articles as d
set gone_at = r.decided_at, load_seq = getvariable('load_seq')
from decided as r
where
    d.url_key = r.url_key
    and d.gone_at is null
    and r.final_outcome in ('gone', 'not_found');
