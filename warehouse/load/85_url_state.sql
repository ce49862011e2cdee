-- Where each URL stands after this batch; a result from well before it was last asked for, as imports
-- bring them, says nothing about that. An article stays one when asking for it again fails: only what is said about
-- the article itself (stored outcomes, gone, not found, suppressed) takes the place of the outcome it has. Where only a
-- stand-in is held, the outcome goes on to tell why the page was not had.
create or replace temp table latest_results as
select
    r.*,
    r.article_id is not null
    and r.final_outcome not in ('loaded', 'revised', 'unchanged', 'duplicate', 'gone', 'not_found', 'suppressed')
    and not (r.has_stand_in and r.final_outcome <> 'deferred' and (r.stage = 'fetch' or r.fetch_id is not null))
        as says_nothing
from decided as r
qualify row_number() over (partition by r.url_key order by r.decided_at desc, r.result_number desc) = 1;

create or replace temp table new_url_state as
select
    r.url_key,
    coalesce(known.url, r.url) as url,
    case when not r.says_nothing then r.final_outcome else coalesce(known.outcome, 'duplicate') end as outcome,
    case
        when not r.says_nothing then r.final_reason
        else coalesce(known.reason, 'An address of a known article.')
    end as reason,
    case
        when r.says_nothing then coalesce(known.since, r.decided_at)
        when known.outcome = r.final_outcome and (known.last_tried_at is not null or known.outcome = 'deferred') then known.since
        else r.decided_at
    end as since,
    coalesce(known.first_seen_at, r.decided_at) as first_seen_at,
    if(r.final_outcome = 'deferred', known.last_tried_at, r.decided_at) as last_tried_at,
    if(r.final_outcome = 'deferred', coalesce(r.next_try_at, r.decided_at), r.next_try_at) as next_try_at,
    r.failures,
    coalesce(r.article_id, known.article_id) as article_id,
    if(r.says_nothing, known.same_as_key, r.same_as_key) as same_as_key,
    coalesce(known.feed_id, r.feed_id) as feed_id,
    r.run_id
from latest_results as r
left join ops.url_state as known using (url_key)
where known.last_tried_at is null or r.decided_at >= known.last_tried_at - interval 10 minutes;

delete from ops.url_state
where url_key in (select url_key from new_url_state);

insert into ops.url_state by name
select *, getvariable('load_seq') as load_seq
from new_url_state;
