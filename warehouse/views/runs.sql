create or replace view runs as
with counts as (
    select run_id, outcome, count(*) as url_count
    from fct_outcomes
    group by run_id, outcome
),

outcome_counts as (
    select
        run_id,
        map_from_entries(list((outcome, url_count) order by outcome)) as outcomes,
        sum(url_count)::bigint as url_count
    from counts
    group by run_id
)

select
    r.run_id,
    r.started_at,
    r.ended_at,
    r.trigger,
    r.code_version,
    r.per_host_interval,
    r.per_host_concurrency,
    coalesce(c.url_count, 0) as url_count,
    coalesce(c.outcomes['loaded'], 0) as loaded_count,
    coalesce(c.outcomes['revised'], 0) as revised_count,
    coalesce(c.outcomes['unchanged'], 0) as unchanged_count,
    coalesce(c.outcomes['duplicate'], 0) as duplicate_count,
    coalesce(c.outcomes['deferred'], 0) as deferred_count,
    coalesce(c.outcomes, map {}) as outcomes,
    r.load_seq
from ops.runs as r
left join outcome_counts as c using (run_id);

comment on view runs is 'One row per run: of ingest, import or forget.';
comment on column runs.run_id is 'Identifier of the run.';
comment on column runs.started_at is 'When it began, in UTC.';
comment on column runs.ended_at is 'When it ended, in UTC; null while it is going on, or when it was killed.';
comment on column runs.trigger is 'What started it: manual, schedule, demo, import or forget.';
comment on column runs.code_version is 'Version of newsledger that ran.';
comment on column runs.per_host_interval is 'Seconds between two requests to one site, as set for the run; null where nothing is asked for.';
comment on column runs.per_host_concurrency is 'Most requests at once on one site, as set for the run; null where nothing is asked for.';
comment on column runs.url_count is 'Rows of outcomes that the run has: URLs × stages.';
comment on column runs.loaded_count is 'New articles.';
comment on column runs.revised_count is 'Known articles with a new version.';
comment on column runs.unchanged_count is 'Known articles that say the same.';
comment on column runs.duplicate_count is 'URLs that turned out to be another address of an article.';
comment on column runs.deferred_count is 'URLs listed and left for a later run.';
comment on column runs.outcomes is 'Number of rows of outcomes by outcome.';
comment on column runs.load_seq is 'Load that last changed the run''s own record.';
