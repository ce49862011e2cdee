-- The record of a run that asks for nothing.
insert into ops.runs (run_id, started_at, ended_at, trigger, code_version, load_seq)
values (?, ?, ?, ?, ?, ?);
