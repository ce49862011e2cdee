-- Articles as their latest reading has them. One that was gone and is read again is live again.
create or replace temp table latest_readings as
select article_id, result_number, body_source
from candidates
qualify row_number() over (partition by article_id order by decided_at desc, result_number desc) = 1;

create or replace temp table first_seen as
select i.article_id, min(least(r.decided_at, u.first_seen_at)) as first_seen_at
from identities as i
join readings as r using (result_number)
left join ops.url_state as u using (url_key)
where i.evidence = 'new'
group by i.article_id;

create or replace temp table version_counts as
select
    article_id,
    max(version) as current_version,
    count(*) filter (body_source <> 'feed') as page_count,
    count(*) filter (body_source = 'feed') as stand_in_count
from new_versions
group by article_id;

create or replace temp table batch_articles as
select
    l.article_id,
    a.final_url as url,
    a.final_key as url_key,
    a.canonical_url,
    a.site,
    a.title,
    a.headline,
    a.standfirst,
    a.title_key,
    a.content_hash,
    a.body_hash,
    a.authors,
    a.published_at,
    a.published_precision,
    a.published_offset_minutes,
    a.published_raw,
    a.modified_at,
    a.modified_precision,
    a.modified_offset_minutes,
    a.modified_raw,
    a.language,
    a.section,
    a.tags,
    a.access,
    a.page_kind,
    a.rights,
    a.reading_time_minutes,
    a.reading_time_is_computed,
    a.image_url,
    a.image_caption,
    a.image_credit,
    a.agency_credit,
    a.promotion,
    a.witnesses,
    a.body_source,
    coalesce(v.current_version, known.current_version) as current_version,
    case
        when a.body_source = 'feed' then coalesce(known.version_count, 0) + coalesce(v.stand_in_count, 0)
        when known.body_source is null or known.body_source = 'feed' then v.page_count
        else known.version_count + coalesce(v.page_count, 0)
    end as version_count,
    coalesce(known.first_seen_at, f.first_seen_at) as first_seen_at,
    if(a.body_source = 'feed', known.gone_at, null) as gone_at,
    a.page_count,
    a.is_partial
from latest_readings as l
join stg_articles as a using (result_number)
left join dim_articles as known using (article_id)
left join version_counts as v using (article_id)
left join first_seen as f using (article_id);

-- The columns of batch_articles stand in the order of the table's.
create or replace temp table changed_articles as
from batch_articles
except
select known.* exclude (load_seq)
from dim_articles as known
semi join batch_articles using (article_id);

delete from dim_articles
where article_id in (select article_id from changed_articles);

insert into dim_articles by name
select *, getvariable('load_seq') as load_seq
from changed_articles;

insert into dim_sites by name
select site, min(first_seen_at) as first_seen_at, getvariable('load_seq') as load_seq
from changed_articles
anti join dim_sites using (site)
where site is not null
group by site;
