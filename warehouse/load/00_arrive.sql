-- The rows of one batch as they came, in memory for the time of the load. They are in no schema of the file: every text
-- would be written there twice, and what is staged is the Parquet in the spool.
create or replace temp table stg_runs as from arrived_runs;
create or replace temp table stg_polls as from arrived_polls;
create or replace temp table stg_entries as from arrived_entries;
create or replace temp table stg_fetches as from arrived_fetches;
create or replace temp table stg_page_results as from arrived_page_results;
create or replace temp table stg_articles as from arrived_articles;
