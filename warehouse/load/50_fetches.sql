-- Requests. Those of a batch are recent, so the anti-join needs to look only at what began no earlier.
insert into fct_fetches by name
select *, getvariable('load_seq') as load_seq
from stg_fetches
anti join (
    select fetch_id
    from fct_fetches
    where started_at >= (select min(started_at) from stg_fetches)
) as known using (fetch_id);
