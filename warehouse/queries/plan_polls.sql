-- The polls of a batch that is staged and not yet loaded, under the name that the load gives them.
-- Parameter: $file (Parquet file of the batch).
create or replace temp table stg_polls as from read_parquet($file);
