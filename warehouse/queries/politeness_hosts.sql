-- The hosts of a site that were asked, the most asked first. Parameters: $site, $host.
select host, count(*) as request_count
from fct_fetches
where site = $site or host = $host
group by host
order by request_count desc, host;
