"""The state of a run: the warehouse overlaid with the batches that are still in the spool.

When the file can be read and not written (somebody's shell has it open), batches stay in the spool from run to run.
What they say still counts: a feed that was just polled is not due, a page that was just read is not asked for.  A batch
that is damaged counts for nothing, and is left for the load to set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.connection import empty_connection, open_reader
from warehouse.load import load_batches
from warehouse.sql import sql_text

_STATE_TABLES = (
    "ops.loads",
    "ops.runs",
    "ops.feed_state",
    "ops.guid_trust",
    "ops.separations",
    "ops.url_aliases",
    "ops.url_state",
    "ops.suppressions",
    "dim_feeds",
    "dim_sites",
    "dim_articles",
    "fct_robots_files",
)


@contextmanager
def open_state(
    path: Path, pending: Sequence[Path], *, wait_seconds: float, now: datetime
) -> Iterator[DuckDBPyConnection]:
    """Open what `warehouse.state` reads: the warehouse, or a copy of its state with the `pending` batches loaded.

    The copy is in memory and changes neither the file nor the spool; it has no texts and no history.  Raises the
    errors of `open_reader`.
    """
    with open_reader(path, wait_seconds=wait_seconds) as stored:
        if not pending:
            yield stored
            return
        tables = {table: stored.execute(f"from {table}").to_arrow_table() for table in _STATE_TABLES}
        tables["fct_sightings"] = stored.execute(sql_text("queries/standing_sightings.sql")).to_arrow_table()
        recent = sql_text("queries/recent_fetches.sql")
        tables["fct_fetches"] = stored.execute(recent, {"now": now}).to_arrow_table()
    with empty_connection(now) as overlaid:
        for table, rows in tables.items():
            overlaid.register("stored_rows", rows)
            overlaid.execute(f"insert into {table} by name from stored_rows")
            overlaid.unregister("stored_rows")
        tables.clear()
        load_batches(overlaid, pending, loaded_at=now)
        yield overlaid
