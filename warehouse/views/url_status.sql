create or replace view url_status as
select
    u.url,
    u.article_id,
    u.outcome,
    u.reason,
    u.since,
    u.first_seen_at,
    u.last_tried_at,
    u.next_try_at,
    u.failures,
    f.url as feed_url,
    u.url_key,
    u.run_id,
    u.load_seq
from ops.url_state as u
left join dim_feeds as f using (feed_id);

comment on view url_status is 'One row per URL that a feed listed or that was asked for: where it stands.';
comment on column url_status.url is 'The address as it was first listed or asked for.';
comment on column url_status.article_id is 'The article it leads to, if any.';
comment on column url_status.outcome is 'Its current outcome, of the closed vocabulary.';
comment on column url_status.reason is 'The evidence for the outcome, as a sentence.';
comment on column url_status.since is 'Since when the outcome has been this one without a break, in UTC.';
comment on column url_status.first_seen_at is 'When it was first listed or asked for, in UTC.';
comment on column url_status.last_tried_at is 'When it was last asked for, in UTC; null when never.';
comment on column url_status.next_try_at is 'When it is due again, in UTC; null when it is settled.';
comment on column url_status.failures is 'Attempts in a row that ended in an outcome that is tried again.';
comment on column url_status.feed_url is 'The feed that first listed it; null when none did.';
comment on column url_status.url_key is 'Strict key of the address: equal for spellings of one address.';
comment on column url_status.run_id is 'Run that last decided the outcome.';
comment on column url_status.load_seq is 'Load that last changed this row.';
