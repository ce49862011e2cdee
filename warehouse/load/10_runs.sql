-- Runs: a record from the run's start, completed by the one from its end.
create or replace temp table batch_runs as
select
    run_id,
    any_value(trigger) as trigger,
    any_value(code_version) as code_version,
    any_value(per_host_interval) as per_host_interval,
    any_value(per_host_concurrency) as per_host_concurrency,
    min(started_at) as started_at,
    max(ended_at) as ended_at
from stg_runs
group by run_id;

update ops.runs as known
set ended_at = batch.ended_at, load_seq = getvariable('load_seq')
from batch_runs as batch
where
    known.run_id = batch.run_id
    and batch.ended_at is not null
    and known.ended_at is distinct from batch.ended_at;

insert into ops.runs by name
select *, getvariable('load_seq') as load_seq
from batch_runs
anti join ops.runs using (run_id);
