-- What was found out about guids takes the place of what was known (changed_trust, of 28_guid_trust or 65_guid_trust).
delete from ops.guid_trust
where feed_id in (select feed_id from changed_trust);

insert into ops.guid_trust by name
select
    feed_id,
    trust,
    reason,
    decided_at,
    reused_guids[:10] as reused_guids,
    getvariable('load_seq') as load_seq
from changed_trust;
