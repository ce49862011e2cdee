-- The addresses that were parted from an article (separate.sql).
select url
from parted_aliases
order by url_key <> getvariable('url_key'), url_key;
