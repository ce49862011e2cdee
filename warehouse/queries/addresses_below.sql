-- Addresses that are or were known and may be suppressed: by their key, or as one of a host below a site.
-- Parameters: $keys, $sites.
with known as (
    select url_key from ops.url_state
    union
    select url_key from ops.url_aliases
    union
    select url_key from fct_outcomes
    union
    select url_key from fct_sightings where url_key is not null
),

hosts as (
    select url_key, split_part(split_part(url_key, '/', 1), ':', 1) as host
    from known
)

select url_key
from hosts
where
    list_contains($keys, url_key)
    or exists (
        select 1
        from (select unnest($sites) as site)
        where host = site or ends_with(host, '.' || site)
    );
