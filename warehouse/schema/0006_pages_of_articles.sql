-- Articles of several pages.
alter table dim_articles add column page_count integer default 1;
alter table dim_articles add column is_partial boolean default false;
comment on column dim_articles.page_count is 'Pages of the publisher that make up the text.';
comment on column dim_articles.is_partial is 'Whether the article goes on, on pages that are not in the text.';
