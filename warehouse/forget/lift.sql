-- The suppressions of what is named in the variable lifted_names end.
update ops.suppressions
set lifted_at = getvariable('takedown_at'), load_seq = getvariable('load_seq')
where lifted_at is null and list_contains(getvariable('lifted_names'), named);
