-- The rows of one batch as they came, in memory for the time of the load. They are in no schema of the file: every text
-- would be written there twice, and what is staged is the Parquet in the spool.
-- Here, and nowhere else, is decided what text is kept: nothing of a suppressed address, and by the variable keep_text
-- everything (full), no body (facts) or no words at all (none). The hashes were made of the whole text.
create or replace temp table suppressed_entries as from arrived_suppressed_entries;
create or replace temp table suppressed_articles as
select article_id, min(reason) as reason
from (
    select article_id, reason
    from ops.suppressions
    where lifted_at is null and article_id is not null
    union all
    select d.article_id, s.reason
    from ops.suppressions as s
    join dim_articles as d on d.site = s.key
    where s.lifted_at is null and s.scope = 'site'
)
group by article_id;

create or replace temp table stg_runs as from arrived_runs;
create or replace temp table stg_polls as from arrived_polls;
create or replace temp table stg_fetches as from arrived_fetches;
create or replace temp table stg_robots_files as from arrived_robots_files;

create or replace temp table stg_entries as
with weighed as (
    select
        e.*,
        s.url_key is null and getvariable('keep_text') <> 'none' as has_words,
        s.url_key is null and getvariable('keep_text') = 'full' as has_body
    from arrived_entries as e
    left join suppressed_entries as s on s.url_key = e.url_key
)

select
    * exclude (has_words, has_body) replace (
        if(has_words, title, null) as title,
        if(has_words, summary, null) as summary,
        if(has_body, content_html, null) as content_html,
        if(has_words, authors, []) as authors,
        if(has_words, categories, []) as categories
    )
from weighed;

create or replace temp table stg_page_results as
select
    r.* replace (
        if(s.result_number is null, r.outcome, 'suppressed') as outcome,
        coalesce(s.reason, r.reason) as reason,
        if(s.result_number is null, r.failures, 0) as failures,
        if(s.result_number is null, r.next_try_at, null) as next_try_at
    )
from arrived_page_results as r
left join arrived_suppressed_results as s using (result_number);

create or replace temp table stg_articles as
with weighed as (
    select
        *,
        getvariable('keep_text') <> 'none' as has_words,
        getvariable('keep_text') = 'full' as has_body
    from arrived_articles
    anti join arrived_suppressed_results using (result_number)
)

select
    * exclude (has_words, has_body) replace (
        if(has_words, title, null) as title,
        if(has_words, headline, null) as headline,
        if(has_words, standfirst, null) as standfirst,
        if(title_key = '', '', left(sha256(title_key), 16)) as title_key,
        if(has_words, authors, []) as authors,
        if(has_words, section, null) as section,
        if(has_words, tags, []) as tags,
        if(has_words, image_caption, null) as image_caption,
        if(has_words, image_credit, null) as image_credit,
        if(has_words, agency_credit, null) as agency_credit,
        if(has_words, promotion, null) as promotion,
        if(has_body, body, '') as body,
        if(
            has_body,
            paragraphs,
            list_transform(paragraphs, lambda p: {'kind': p.kind, 'text': '', 'text_hash': p.text_hash})
        ) as paragraphs
    ),
    if(has_body, 'kept', 'dropped') as text_state
from weighed;
