-- Addresses of the articles. The first article at an address keeps it, unless the address was only stated as canonical
-- or passed on the way and another article is now read there: cookie checks and link counters pass on to many articles.
create or replace temp table batch_aliases as
with passed as (
    select r.result_number, unnest(r.hop_keys) as url_key, unnest(r.hops) as url
    from stg_page_results as r
    semi join identities using (result_number)
),

further as (
    select r.result_number, unnest(r.further_keys) as url_key, unnest(r.further_urls) as url
    from stg_page_results as r
    semi join identities using (result_number)
),

addresses as (
    select
        r.url_key,
        r.url,
        i.article_id,
        case
            when i.evidence in ('guid', 'canonical', 'same text') then i.evidence
            when starts_with(r.url_key, 'document:') then 'document'
            when r.feed_id is null then 'request'
            else 'feed link'
        end as evidence,
        true as is_fetched,
        r.decided_at,
        r.run_id,
        1 as preference
    from readings as r
    join identities as i using (result_number)
    union all
    select
        r.final_key,
        r.final_url,
        i.article_id,
        if(i.evidence in ('guid', 'canonical', 'same text'), i.evidence, 'redirect'),
        true,
        r.decided_at,
        r.run_id,
        1
    from readings as r
    join identities as i using (result_number)
    where r.final_key <> r.url_key
    union all
    select
        f.url_key,
        f.url,
        i.article_id,
        'further page',
        true,
        r.decided_at,
        r.run_id,
        1
    from further as f
    join readings as r using (result_number)
    join identities as i using (result_number)
    union all
    select
        r.canonical_key,
        a.canonical_url,
        i.article_id,
        'canonical',
        false,
        r.decided_at,
        r.run_id,
        2
    from readings as r
    join identities as i using (result_number)
    join stg_articles as a using (result_number)
    where r.canonical_key is not null
    union all
    select
        p.url_key,
        p.url,
        i.article_id,
        'redirect',
        false,
        r.decided_at,
        r.run_id,
        3
    from passed as p
    join readings as r using (result_number)
    join identities as i using (result_number)
)

select
    url_key,
    url,
    article_id,
    evidence,
    is_fetched,
    decided_at as first_seen_at,
    run_id
from addresses
qualify row_number() over (partition by url_key order by preference, decided_at, article_id, evidence) = 1;

create or replace temp table new_aliases as
select b.*
from batch_aliases as b
left join ops.url_aliases as known using (url_key)
where known.url_key is null or (b.is_fetched and not known.is_fetched);

delete from ops.url_aliases
where url_key in (select url_key from new_aliases);

insert into ops.url_aliases by name
select *, getvariable('load_seq') as load_seq
from new_aliases;
