-- The highest number that a load, a merge or a split has had.
with numbers as (
    select load_seq from ops.loads
    union all
    select load_seq from ops.merges
    union all
    select load_seq from ops.separations
)

select coalesce(max(load_seq), 0) as load_seq
from numbers;
