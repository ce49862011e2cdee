-- Identity, second half: readings that match no known article, among themselves and with the others of the batch.
-- Two that share a token are of one article: an address, a canonical claim that headline or body confirms, or a text.
create or replace temp table tokens as
with claims as (
    select result_number, site, url_key, title_key, body_hash
    from reading_addresses
    union all
    select result_number, site, canonical_key, title_key, body_hash
    from readings
    where canonical_key is not null
)

select result_number, concat_ws(' ', 'address', url_key) as token
from reading_addresses
union
select result_number, concat_ws(' ', 'headline', site, url_key, title_key)
from claims
where title_key is not null
union
select result_number, concat_ws(' ', 'body', site, url_key, body_hash)
from claims
where body_hash is not null
union
select result_number, concat_ws(' ', 'text', site, body_hash, title_key)
from readings
where is_telling and title_key is not null and site is not null;

create or replace temp table unmatched_tokens as
select *, min(result_number) over (partition by token) as neighbour
from tokens
anti join matches using (result_number);

create or replace temp table unmatched_links as
select distinct result_number as one, neighbour as other
from unmatched_tokens
where result_number <> neighbour;

-- Each reading takes the lowest number among the readings it is linked with, until nothing changes.
create or replace temp table groups as
with recursive labels(result_number, leader) using key (result_number) as (
    select r.result_number, r.result_number
    from readings as r
    anti join matches using (result_number)
    union
    (
        with links as (
            select one, other from unmatched_links
            union all
            select other, one from unmatched_links
        )

        select here.result_number, min(there.leader) as leader
        from labels as there
        join links on links.one = there.result_number
        join recurring.labels as here on here.result_number = links.other
        where there.leader < here.leader
        group by here.result_number
    )
)

from labels;

-- A group that shares a token with a reading whose article is known belongs to that article.
create or replace temp table group_matches as
select g.leader, m.article_id
from groups as g
join tokens as own using (result_number)
join tokens as theirs using (token)
join matches as m on m.result_number = theirs.result_number
qualify row_number() over (partition by g.leader order by m.result_number) = 1;

-- A new article is named after the address of a page before that of a stand-in, of one that stands at its own canonical
-- URL before others, else of the first.
create or replace temp table new_articles as
select
    g.leader,
    r.final_key as lead_key,
    left(sha256(r.final_key), 16) as article_id
from groups as g
join readings as r using (result_number)
anti join group_matches as m using (leader)
qualify
    row_number() over (
        partition by g.leader
        order by
            r.body_source = 'feed',
            coalesce(r.canonical_key = r.final_key, true) desc,
            r.decided_at,
            r.result_number
    ) = 1;

create or replace temp table identities as
select result_number, article_id, evidence, null as lead_key
from matches
union all
select g.result_number, m.article_id, 'same load', null
from groups as g
join group_matches as m using (leader)
union all
select g.result_number, n.article_id, 'new', n.lead_key
from groups as g
join new_articles as n using (leader);
