-- A site is there more than once.
select site, count(*) as row_count
from dim_sites
group by site
having count(*) > 1;
