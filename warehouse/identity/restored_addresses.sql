-- The addresses that the undoing of a merge moved back (undo_merge.sql).
select url
from restored_aliases
order by is_fetched desc, url_key;
