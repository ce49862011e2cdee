-- The tables of the database, with their schemas.
select schema_name || '.' || table_name
from duckdb_tables()
where database_name = current_database() and not temporary and not internal
order by 1;
