-- An address that a feed listed has no status.
select distinct url_key, url
from fct_sightings
anti join ops.url_state using (url_key)
where url_key is not null and load_seq > getvariable('since');
