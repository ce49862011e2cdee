create or replace view outcomes as
select
    o.url,
    o.run_id,
    o.stage,
    o.outcome,
    o.reason,
    o.decided_at as "at",
    o.article_id,
    f.url as feed_url,
    o.fetch_id,
    o.url_key,
    o.load_seq
from fct_outcomes as o
left join dim_feeds as f using (feed_id);

comment on view outcomes is 'One row per URL × run × stage in which work was done or a decision changed.';
comment on column outcomes.url is 'The address.';
comment on column outcomes.run_id is 'The run.';
comment on column outcomes.stage is 'The stage that decided: plan, fetch, extract, forget, …';
comment on column outcomes.outcome is 'What became of it, of the closed vocabulary.';
comment on column outcomes.reason is 'The evidence, as a sentence.';
comment on column outcomes."at" is 'When it was decided, in UTC; AT is a keyword of DuckDB, so write "at" in quotes.';
comment on column outcomes.article_id is 'The article it leads to, if any.';
comment on column outcomes.feed_url is 'The feed for which it was asked, if any.';
comment on column outcomes.fetch_id is 'The request that decided, if any.';
comment on column outcomes.url_key is 'Strict key of the address: equal for spellings of one address.';
comment on column outcomes.load_seq is 'Load that wrote it.';
