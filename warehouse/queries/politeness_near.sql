-- Hosts that were asked and whose names, or those of their sites, are like that of one that was not. Parameter: $host.
with known as (
    select
        host,
        max(greatest(jaro_winkler_similarity(host, $host), jaro_winkler_similarity(site, $host))) as likeness
    from fct_fetches
    group by host
)

select host
from known
where likeness > 0.8
order by likeness desc, host
limit 5;
