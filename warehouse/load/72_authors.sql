-- Authors of the articles that changed; their rows of the bridge are written anew.
create or replace temp table bylines as
select
    article_id,
    left(sha256(lower(name)), 16) as author_id,
    name,
    position,
    first_seen_at
from (
    select
        article_id,
        unnest(authors) as name,
        generate_subscripts(authors, 1) as position,
        first_seen_at
    from changed_articles
)
qualify row_number() over (partition by article_id, author_id order by position) = 1;

insert into dim_authors by name
select
    author_id,
    arg_min(name, (first_seen_at, article_id)) as name,
    min(first_seen_at) as first_seen_at,
    getvariable('load_seq') as load_seq
from bylines
anti join dim_authors using (author_id)
group by author_id;

create or replace temp table changed_bylines as
select a.article_id
from changed_articles as a
left join (
    select article_id, list(author_id order by position) as author_ids
    from bylines
    group by article_id
) as new using (article_id)
left join (
    select article_id, list(author_id order by position) as author_ids
    from bridge_article_authors
    semi join changed_articles using (article_id)
    group by article_id
) as known using (article_id)
where new.author_ids is distinct from known.author_ids;

delete from bridge_article_authors
where article_id in (select article_id from changed_bylines);

insert into bridge_article_authors by name
select article_id, author_id, position, getvariable('load_seq') as load_seq
from bylines
semi join changed_bylines using (article_id);
