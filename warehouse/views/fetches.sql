create or replace view fetches as
select
    fetch_id,
    run_id,
    url,
    host,
    site,
    purpose,
    attempt,
    redirected_from,
    status,
    started_at,
    answered_at,
    ended_at,
    bytes,
    error_class,
    was_conditional,
    validator_use,
    had_validators,
    retry_after_until,
    robots_rule,
    crawl_delay_seconds,
    content_hash,
    raw_ref,
    load_seq
from fct_fetches;

comment on view fetches is 'One row per HTTP request.';
comment on column fetches.fetch_id is 'Identifier of the request.';
comment on column fetches.run_id is 'The run.';
comment on column fetches.url is 'The address that was asked, without credentials.';
comment on column fetches.host is 'Host of the address.';
comment on column fetches.site is 'Registrable domain of the host: all its hosts are paced as one.';
comment on column fetches.purpose is 'feed, page, recheck, robots, sitemap or discovery.';
comment on column fetches.attempt is 'Number of the attempt, from 1.';
comment on column fetches.redirected_from is 'The fetch whose answer led here, if one did.';
comment on column fetches.status is 'Status of the answer; null when there was none.';
comment on column fetches.started_at is 'When the request began, in UTC.';
comment on column fetches.answered_at is 'When the answer began, in UTC: the pause before the next request counts from here; null when none came.';
comment on column fetches.ended_at is 'When the answer ended, or the attempt to get one, in UTC.';
comment on column fetches.bytes is 'Bytes of the answer''s body on the wire.';
comment on column fetches.error_class is 'What went wrong, of the outcomes'' vocabulary; null when an answer was read to its end.';
comment on column fetches.was_conditional is 'Whether the request carried If-None-Match or If-Modified-Since.';
comment on column fetches.validator_use is 'What was made of the validators that were stored: sent, none (there were none), tested (left away now and then, to see whether the server''s 304 are true) or distrusted (left away because a 304 had passed over entries).';
comment on column fetches.had_validators is 'Whether the answer carried a validator: an ETag or a Last-Modified.';
comment on column fetches.retry_after_until is 'Until when the answer asked to wait, in UTC.';
comment on column fetches.robots_rule is 'The robots.txt rule that decided.';
comment on column fetches.crawl_delay_seconds is 'Seconds between requests that robots.txt asks for.';
comment on column fetches.content_hash is 'Hash of the decoded body.';
comment on column fetches.raw_ref is 'Place of the raw answer in the archive: file#offset.';
comment on column fetches.load_seq is 'Load that wrote it.';
