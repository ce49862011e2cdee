-- A page was asked for without a robots.txt read within a day, against one that could not be read, or against its rules.
-- The rules are applied here once more: the longest that matches decides, and of two as long the one that allows (RFC
-- 9309, section 2.2.2). Rules and addresses with escapes are left to the run's own decision, which is checked as well.
-- Feeds are held to a group that names newsledger, and to no other.
with asked as (
    select
        f.*,
        regexp_extract(f.url, '^[a-z]+://[^/?#]+') as origin,
        substr(f.url, length(regexp_extract(f.url, '^[a-z]+://[^/?#]+')) + 1) as path
    from fct_fetches as f
    join ops.runs as r using (run_id)
    where
        f.purpose in ('feed', 'page', 'recheck', 'sitemap')
        and f.site is not null
        and r.per_host_interval is not null
        and f.load_seq > getvariable('since')
),

readings as (
    -- a run whose clock was set back relies on what an earlier one read later
    select
        *,
        if(lag(origin) over (partition by origin order by first_read_at) is null, '-infinity', first_read_at)::timestamptz
            as holds_from
    from fct_robots_files
),

held as (
    select
        a.*,
        d.agent,
        d.outcome,
        d.last_read_at,
        if(d.run_id = a.run_id and d.first_read_at > a.started_at, null, d.rules) as rules
    from asked as a
    asof left join readings as d on a.origin = d.origin and a.started_at >= d.holds_from
),

patterns as (
    select
        fetch_id,
        path,
        starts_with(rule, 'Allow:') as is_allowing,
        trim(substr(rule, strpos(rule, ':') + 1)) as pattern
    from held, unnest(rules) as listed(rule)
    where
        not starts_with(rule, 'Crawl-delay:')
        and (purpose <> 'feed' or agent = 'newsledger')
        and strpos(path, '%') = 0
),

matching as (
    select fetch_id, is_allowing, length(pattern) as weight
    from patterns
    where
        regexp_full_match(pattern, '[ -~]+')
        and strpos(pattern, '%') = 0
        and regexp_matches(
            path,
            '^' || replace(regexp_replace(regexp_escape(rtrim(pattern, '$')), '\\\*', '.*', 'g'), '\/', '/')
            || if(suffix(pattern, '$'), '$', '')
        )
),

judged as (
    select fetch_id, arg_max(is_allowing, (weight, is_allowing)) as is_allowed
    from matching
    group by fetch_id
)

select h.fetch_id, h.url, h.robots_rule, h.rules
from held as h
left join judged as j using (fetch_id)
where
    not coalesce(j.is_allowed, true)
    or starts_with(h.robots_rule, 'Disallow:')
    or (
        h.purpose <> 'feed'
        and (
            h.robots_rule is null
            or h.rules is null
            or h.outcome is not null
            or h.started_at > h.last_read_at + interval 24 hours
        )
    );
