-- How many tables a database holds, and whether it is a newsledger warehouse.
select
    count(*) as table_count,
    count(*) filter (schema_name = 'ops' and table_name = 'schema_migrations') > 0 as is_warehouse
from duckdb_tables()
where database_name = current_database() and not temporary;
