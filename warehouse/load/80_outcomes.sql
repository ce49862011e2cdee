-- What became of each URL, as rows of history.
-- With an article: loaded (a new article, or the page in the place of a stand-in), revised (a new version), unchanged
-- (a known address says the same), duplicate (a new address of an article). Without, or with a stand-in: as staged, but
-- not_found where an article's own address leads to what another page of the run led to, and that is not the article.
create or replace temp table decided as
with resolved as (
    select
        r.*,
        i.article_id as own_article_id,
        i.joined_by,
        v.result_number is not null as is_version,
        coalesce(v.is_first, false) as is_first,
        coalesce(v.replaces_stand_in, false) as replaces_stand_in,
        coalesce(known.article_id = i.article_id, false)
        or row_number() over (partition by r.url_key, i.article_id order by r.decided_at, r.result_number) > 1
            as is_known_address,
        r.same_as_key is not null
        and coalesce(r.outcome, 'duplicate') = 'duplicate'
        and own.body_source <> 'feed'
        and known.article_id is distinct from arrived.article_id as has_strayed,
        coalesce(i.article_id, own.article_id, arrived.article_id, known.article_id) as article_id,
        coalesce(held.body_source = 'feed', false) as has_stand_in,
        o.result_number is not null as is_outdated
    from stg_page_results as r
    left join identities as i using (result_number)
    left join new_versions as v using (result_number)
    left join outdated_readings as o using (result_number)
    left join known_addresses as known on known.url_key = r.url_key
    left join dim_articles as own on own.article_id = known.article_id and own.url_key = r.url_key
    left join ops.url_aliases as arrived
        on arrived.url_key = r.same_as_key and (arrived.is_fetched or arrived.evidence = 'redirect')
    left join dim_articles as held on held.article_id = coalesce(i.article_id, arrived.article_id, known.article_id)
)

select
    *,
    case
        when has_strayed then 'not_found'
        when outcome is not null then outcome
        when is_first or replaces_stand_in then 'loaded'
        when is_version then 'revised'
        when own_article_id is null then 'duplicate'
        when is_known_address then 'unchanged'
        else 'duplicate'
    end as final_outcome,
    case
        when outcome is not null and own_article_id is not null and has_stand_in
            then rtrim(reason, '.') || '; the feed''s own text stands in.'
        when has_strayed then 'It leads to ' || same_as_key || ' now, where another text is.'
        when replaces_stand_in then 'The page takes the place of the text that the feed gave.'
        when reason <> '' then reason
        when is_first then 'A new article.'
        when is_version then 'Its text differs from the version before.'
        when own_article_id is null and same_as_key is not null then 'It leads to ' || same_as_key || ', an address of a known article.'
        when own_article_id is null then ''
        when is_outdated then 'It was read before the version that holds now, and changes nothing.'
        when is_known_address then 'It says the same as before.'
        when joined_by = 'guid' then 'The feed gave its guid to a known article before.'
        when joined_by = 'canonical' then 'It is another rendering of a known article, by its canonical URL.'
        when joined_by = 'amp' then 'It is another rendering of a known article, which names it as its AMP page.'
        when joined_by = 'same page' then 'It is another spelling of a known article''s address and has the same text.'
        when joined_by = 'same text' then 'A known article of the site has the same text.'
        else 'It leads to an address of a known article.'
    end as final_reason
from resolved;

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
) as known using (url_key, run_id, stage, decided_at)
qualify row_number() over (partition by url_key, run_id, stage, decided_at order by result_number) = 1;

update dim_articles as d
set gone_at = r.decided_at, load_seq = getvariable('load_seq')
from decided as r
where
    d.url_key = r.url_key
    and d.gone_at is null
    and not exists (from ops.url_state as u where u.url_key = r.url_key and u.last_tried_at > r.decided_at + interval 10 minutes)
    and r.final_outcome in ('gone', 'not_found');
