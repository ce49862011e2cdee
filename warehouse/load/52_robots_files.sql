-- What robots.txt files say: a row goes on while an origin's file reads the same, and another reading begins a new one.
create or replace temp table read_files as
select *, hash(agent, rules, crawl_delay_seconds, sitemaps, outcome, reason) as reading
from stg_robots_files
qualify row_number() over (partition by origin order by read_at desc) = 1;

create or replace temp table standing_files as
select
    origin,
    first_read_at,
    last_read_at,
    hash(agent, rules, crawl_delay_seconds, sitemaps, outcome, reason) as reading
from fct_robots_files
semi join read_files using (origin)
qualify row_number() over (partition by origin order by last_read_at desc) = 1;

update fct_robots_files as known
set last_read_at = f.read_at, load_seq = getvariable('load_seq')
from read_files as f
join standing_files as s using (origin, reading)
where known.origin = s.origin and known.first_read_at = s.first_read_at and f.read_at > s.last_read_at;

insert into fct_robots_files by name
select
    * exclude (reading, read_at),
    read_at as first_read_at,
    read_at as last_read_at,
    getvariable('load_seq') as load_seq
from read_files
anti join standing_files using (origin, reading);
