-- Addresses of the articles. The first article at an address keeps it, unless the address was only stated as canonical
-- or AMP, or passed on the way, and another article is now read there: cookie checks and link counters pass on to many
-- articles. Nor does it keep one at which it does not stand itself, when that leads on to another article: a link to
-- whatever is newest. What was parted by hand stays parted.
create or replace temp table seen_addresses as
with passed as (
    select r.result_number, unnest(r.hop_keys) as url_key, unnest(r.hops) as url
    from stg_page_results as r
    semi join identities using (result_number)
),

further as (
    select r.result_number, unnest(r.further_keys) as url_key, unnest(r.further_urls) as url
    from stg_page_results as r
    semi join identities using (result_number)
),

judged as (
    select
        r.*,
        i.article_id,
        case
            when i.joined_by = 'guid' and i.has_moved then 'moved'
            when i.joined_by not in ('address', 'by hand') then i.joined_by
            when starts_with(r.url_key, 'document:') then 'document'
            when r.feed_id is null then 'request'
            else 'feed link'
        end as url_evidence,
        case
            when i.has_moved then 'moved'
            when i.joined_by not in ('address', 'by hand') then i.joined_by
            else 'redirect'
        end as final_evidence
    from readings as r
    join identities as i using (result_number)
),

addresses as (
    select
        url_key,
        url,
        url_loose_key as loose_key,
        article_id,
        url_evidence as evidence,
        true as is_fetched,
        url_key <> final_key as leads_on,
        decided_at,
        run_id,
        1 as preference
    from judged
    union all
    select final_key, final_url, loose_key, article_id, final_evidence, true, false, decided_at, run_id, 1
    from judged
    where final_key <> url_key
    union all
    select f.url_key, f.url, null, j.article_id, 'further page', true, false, j.decided_at, j.run_id, 1
    from further as f
    join judged as j using (result_number)
    union all
    select canonical_key, canonical_url, null, article_id, 'canonical', false, false, decided_at, run_id, 2
    from judged
    anti join overstated_addresses as o on o.url_key = canonical_key
    where canonical_key is not null
    union all
    select amp_key, amp_url, null, article_id, 'amp', false, false, decided_at, run_id, 3
    from judged
    anti join overstated_addresses as o on o.url_key = amp_key
    where amp_key is not null
    union all
    select p.url_key, p.url, null, j.article_id, 'redirect', false, false, j.decided_at, j.run_id, 4
    from passed as p
    join judged as j using (result_number)
)

from addresses
anti join ops.separations using (url_key, article_id);

create or replace temp table batch_aliases as
select *, max(decided_at) over (partition by url_key, article_id) as last_seen_at
from seen_addresses
qualify row_number() over (partition by url_key order by preference, decided_at, article_id, evidence) = 1;

create or replace temp table new_aliases as
select
    b.url_key,
    b.url,
    b.loose_key,
    b.article_id,
    b.evidence,
    b.is_fetched,
    if(known.article_id = b.article_id, least(known.first_seen_at, b.decided_at), b.decided_at) as first_seen_at,
    if(known.article_id = b.article_id, greatest(known.last_seen_at, b.last_seen_at), b.last_seen_at) as last_seen_at,
    b.decided_at,
    b.run_id
from batch_aliases as b
left join ops.url_aliases as known using (url_key)
left join dim_articles as d on d.article_id = known.article_id
where
    known.url_key is null
    or (b.is_fetched and not known.is_fetched)
    or (
        b.leads_on
        and known.article_id <> b.article_id
        and known.evidence <> 'by hand'
        and d.url_key is distinct from b.url_key
    );

create or replace temp table ending_aliases as
select known.*, greatest(known.last_seen_at, n.decided_at) as ended_at, 'Another article was read there.' as end_reason
from ops.url_aliases as known
join new_aliases as n on n.url_key = known.url_key and n.article_id <> known.article_id
union all
select
    known.*,
    greatest(known.last_seen_at, (select max(decided_at) from readings)) as ended_at,
    'Pages of more than three titles state this address for themselves.' as end_reason
from ops.url_aliases as known
semi join overstated_addresses using (url_key)
anti join new_aliases using (url_key)
where not known.is_fetched and known.evidence in ('canonical', 'amp');

insert into ops.ended_aliases by name
select * replace (getvariable('load_seq') as load_seq)
from ending_aliases;

delete from ops.url_aliases
where url_key in (select url_key from new_aliases union all select url_key from ending_aliases);

insert into ops.url_aliases by name
select * exclude (decided_at), getvariable('load_seq') as load_seq
from new_aliases;

create or replace temp table confirmed_aliases as
select known.url_key, max(s.decided_at) as last_seen_at, any_value(s.loose_key) as loose_key
from seen_addresses as s
join ops.url_aliases as known using (url_key, article_id)
group by known.url_key, known.last_seen_at, known.loose_key
having max(s.decided_at) > known.last_seen_at or (known.loose_key is null and any_value(s.loose_key) is not null);

update ops.url_aliases as known
set
    last_seen_at = greatest(known.last_seen_at, c.last_seen_at),
    loose_key = coalesce(known.loose_key, c.loose_key),
    load_seq = getvariable('load_seq')
from confirmed_aliases as c
where known.url_key = c.url_key;
