-- The addresses that the latest merge moved.
select url
from ops.ended_aliases
where merge_number = (select max(merge_number) from ops.merges)
order by is_fetched desc, url_key;
