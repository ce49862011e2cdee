"""The load: staged batches become facts, in one transaction.

Batches are applied one after another, each by the SQL of load/ over its own rows, so what the tables hold does not
depend on how batches are divided among loads.  A batch that ops.loads names is skipped: loading twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from transforms.errors import BatchDamaged
from transforms.records import KeepText
from warehouse.arrow_schemas import SCHEMAS
from warehouse.sql import sql_text, transaction
from warehouse.stage import DamagedBatch, batch_file
from warehouse.suppressions import Suppressions, read_suppressions, suppressed_in

_STEPS = (
    ("runs", ("10_runs",)),
    (
        "polls",
        (
            "20_feeds",
            "25_rechecks",
            "28_guid_trust",
            "29_changed_trust",
            "30_sightings",
            "40_feed_state",
            "45_listed_urls",
            "46_due_rechecks",
            "47_suppressed",
        ),
    ),
    ("fetches", ("50_fetches",)),
    ("robots_files", ("52_robots_files",)),
    (
        "page_results",
        (
            "60_match",
            "61_strayed",
            "62_join",
            "63_suppressed",
            "65_guid_trust",
            "29_changed_trust",
            "70_versions",
            "71_articles",
            "72_authors",
            "73_aliases",
            "80_outcomes",
            "85_url_state",
            "90_settle",
        ),
    ),
)
"""The staged table that a group of files is about, and the files in order; a batch without such rows skips them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a load did.

    `load_seq` is None when there was nothing to load.  `loaded` and `skipped` (loaded before) are folders that can be
    discarded.  `damaged` are those that cannot be read; they stay where they are until `set_aside` moves them.
    """

    load_seq: int | None = None
    loaded: tuple[Path, ...] = ()
    skipped: tuple[Path, ...] = ()
    damaged: tuple[DamagedBatch, ...] = ()


def load_batches(
    connection: DuckDBPyConnection,
    batches: Sequence[Path],
    *,
    loaded_at: datetime,
    keep_text: KeepText = KeepText.FULL,
) -> LoadReport:
    """Load the staged folders `batches`, in the given order, in one transaction.

    `keep_text` says how much of their text is kept; of what is suppressed (ops.suppressions) none is.

    A batch that cannot be read is reported, and the others are loaded.  The spool is left as it is, also when it
    raises; then nothing is loaded.
    """
    known = loaded_batches(connection)
    skipped = tuple(folder for folder in batches if folder.name in known)
    loaded: list[Path] = []
    damaged: list[DamagedBatch] = []
    load_seq = last_load_seq(connection) + 1
    suppressions = read_suppressions(connection)
    with transaction(connection):
        connection.execute("set variable load_seq = ?::bigint", [load_seq])
        connection.execute("set variable keep_text = ?", [keep_text.value])
        for folder in batches:
            if folder.name in known:
                continue
            try:
                tables = _read_batch(folder)
            except BatchDamaged as error:
                damaged.append(DamagedBatch(folder=folder, reason=str(error)))
            else:
                _apply(connection, tables, suppressions)
                record_load(connection, folder.name, tables, load_seq, loaded_at)
                loaded.append(folder)
    return LoadReport(
        load_seq=load_seq if loaded else None, loaded=tuple(loaded), skipped=skipped, damaged=tuple(damaged)
    )


def last_load_seq(connection: DuckDBPyConnection) -> int:
    """Return the number of the last load, or change by hand, 0 before the first."""
    (last,) = connection.execute(sql_text("queries/last_load_seq.sql")).fetchall()[0]
    return int(last)


def loaded_batches(connection: DuckDBPyConnection) -> frozenset[str]:
    """Return the names of all batches that were loaded."""
    return frozenset(name for (name,) in connection.execute("select batch_id from ops.loads").fetchall())


def _read_batch(folder: Path) -> dict[str, pa.Table]:
    """Read a batch's files into memory, checksums verified.  Raises BatchDamaged."""
    tables = {}
    for name, schema in SCHEMAS.items():
        path = batch_file(folder, name)
        try:
            tables[name] = _read_file(path, schema)
        except (OSError, ValueError, OverflowError, pa.ArrowException) as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise BatchDamaged(f"{path.name} cannot be read ({reason})") from error
    return tables


def _read_file(path: Path, schema: pa.Schema) -> pa.Table:
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        if not file.schema_arrow.equals(schema):
            raise pa.ArrowInvalid("its columns are not those of this newsledger")
        table = file.read(use_threads=False)  # small files: threads cost more than they save, and memory
    table.validate(full=True)  # what is damaged outside of the checksums' reach: offsets, encodings
    return table


def arrive(connection: DuckDBPyConnection, tables: dict[str, pa.Table], suppressions: Suppressions) -> None:
    """Put a batch's rows into the temporary tables from which it is loaded, without the text that is not kept: that of
    suppressed addresses, and what the variable keep_text says.
    """
    arrived = tables | suppressed_in(tables, suppressions)
    for name, table in arrived.items():
        connection.register(f"arrived_{name}", table)
    connection.execute(sql_text("load/00_arrive.sql"))
    for name in arrived:
        connection.unregister(f"arrived_{name}")


def record_load(
    connection: DuckDBPyConnection, batch_id: str, tables: dict[str, pa.Table], load_seq: int, loaded_at: datetime
) -> None:
    """Note in ops.loads that a batch was loaded at `loaded_at` (aware UTC), and how many rows it had."""
    counts = [tables[name].num_rows for name in ("polls", "entries", "fetches", "page_results", "articles")]
    connection.execute(
        "insert into ops.loads values (?, ?, ?, ?, ?, ?, ?, ?)", [load_seq, batch_id, loaded_at, *counts]
    )


def _apply(connection: DuckDBPyConnection, tables: dict[str, pa.Table], suppressions: Suppressions) -> None:
    arrive(connection, tables, suppressions)
    for name, files in _STEPS:
        if tables[name].num_rows:
            for file in files:
                connection.execute(sql_text(f"load/{file}.sql"))
