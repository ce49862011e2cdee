-- Identity, second half: readings that match no known article, among themselves and with the others of the batch.
-- Two that share a token are of one article: an address, a canonical claim that text or headline confirms, or a text.
-- The lower strength of the two says what joins them: 1 an address, 2 a canonical claim, 3 an AMP claim, 4 another
-- spelling of the address with the same text, 5 a text; 9 is an address that another reading may claim.
create or replace temp table similar_pairs as
select one.result_number as one, other.result_number as other
from readings as one
join readings as other using (loose_key, site)
join own_paragraphs as mine on mine.result_number = one.result_number
join own_paragraphs as theirs on theirs.result_number = other.result_number and theirs.text_hash = mine.text_hash
join own_counts as my on my.result_number = one.result_number
join own_counts as their on their.result_number = other.result_number
where
    one.result_number < other.result_number
    and one.final_key <> other.final_key
    and one.is_telling
    and other.is_telling
group by all
having count(*) >= 0.9 * greatest(any_value(my.own_count), any_value(their.own_count));

create or replace temp table claimed_pairs as
with claims as (
    select result_number, 9 as strength, site, url_key
    from reading_addresses
    union all
    select result_number, 2, site, canonical_key
    from readings
    where canonical_key is not null
    union all
    select result_number, 3, site, amp_key
    from readings
    where amp_key is not null
),

believed as (
    from claims
    anti join overstated_addresses using (url_key)
),

pairs as (
    select one.result_number as one, other.result_number as other, min(least(one.strength, other.strength)) as strength
    from believed as one
    join believed as other using (site, url_key)
    where one.result_number < other.result_number
    group by all
    having min(least(one.strength, other.strength)) < 9
),

common as (
    select p.one, p.other, count(*) as common_count
    from pairs as p
    join own_paragraphs as mine on mine.result_number = p.one
    join own_paragraphs as theirs on theirs.result_number = p.other and theirs.text_hash = mine.text_hash
    group by p.one, p.other
)

select p.one, p.other, p.strength
from pairs as p
join readings as one on one.result_number = p.one
join readings as other on other.result_number = p.other
left join own_counts as my on my.result_number = p.one
left join own_counts as their on their.result_number = p.other
left join common as c on c.one = p.one and c.other = p.other
where is_confirmed(
    one.title_key = other.title_key,
    coalesce(one.body_hash = other.body_hash, false),
    one.published_at = other.published_at
    and one.published_precision = other.published_precision
    and one.published_precision <> 'day',
    one.is_telling and other.is_telling,
    coalesce(c.common_count / least(my.own_count, their.own_count), 0)
);

create or replace temp table tokens as
select result_number, 1 as strength, concat_ws(' ', 'address', url_key) as token
from reading_addresses
union
select unnest([one, other]), strength, concat_ws(' ', 'claim', one, other)
from claimed_pairs
union
select unnest([one, other]), 4, concat_ws(' ', 'page', one, other)
from similar_pairs
union
select result_number, 5, concat_ws(' ', 'text', site, body_hash, title_key)
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

-- A group that shares a token with a reading whose article is known belongs to that article, unless one of the group
-- was parted from it.
create or replace temp table group_matches as
with parted as (
    select g.leader, s.article_id
    from groups as g
    join separated as s using (result_number)
)

select g.leader, m.article_id
from groups as g
join tokens as own using (result_number)
join tokens as theirs using (token)
join matches as m on m.result_number = theirs.result_number
anti join parted as p on p.leader = g.leader and p.article_id = m.article_id
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

create or replace temp table identified as
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

-- `joined_by` is what joins a reading to the article at its other addresses, `has_moved` whether the article left its
-- own address for this one: it redirects there for good, or the feed gave its guid the new link.
create or replace temp table identities as
with ties as (
    select own.result_number, min(least(own.strength, theirs.strength)) as strength
    from tokens as own
    join tokens as theirs using (token)
    join identified as i on i.result_number = own.result_number
    join identified as other on other.result_number = theirs.result_number and other.article_id = i.article_id
    join readings as r on r.result_number = own.result_number
    join readings as there on there.result_number = theirs.result_number
    where i.evidence in ('new', 'same load') and there.final_key <> r.final_key
    group by own.result_number
)

select
    i.*,
    case
        when i.evidence not in ('new', 'same load') then i.evidence
        when i.lead_key = r.final_key then 'address'
        else coalesce(['address', 'canonical', 'amp', 'same page', 'same text'][t.strength], 'address')
    end as joined_by,
    coalesce(
        (r.moved_permanently and r.url_key = d.url_key and r.final_key <> r.url_key)
        or (joined_by = 'guid' and list_contains(r.guid_keys, d.url_key)),
        false
    ) as has_moved
from identified as i
join readings as r using (result_number)
left join ties as t using (result_number)
left join dim_articles as d using (article_id);
