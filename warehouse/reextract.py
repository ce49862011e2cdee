"""Re-extraction: versions get the text and the facts that a newer extractor reads from the same archived page.

A version stays what it is, a state of the article that was observed at a time: only our reading of it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.records import KeepText, PageResult
from warehouse.load import arrive, last_load_seq, record_load
from warehouse.sql import fetch_rows, sql_text, transaction
from warehouse.stage import Batch, staged_tables
from warehouse.suppressions import read_suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedField:
    """A field of a version (of its article, where it is no text) that a new reading changes; values as text."""

    field: str
    article_id: str
    version: int
    url: str
    old_value: str | None
    new_value: str | None


def outdated_versions(connection: DuckDBPyConnection, *, extractor: str, site: str | None) -> pa.Table:
    """The versions read from a page by another extractor than this one, of one site or of all: article_id, version,
    run_id and fetch_id.
    """
    connection.execute("set variable extractor = ?", [extractor])
    connection.execute("set variable site = ?", [site])
    table: pa.Table = connection.execute(sql_text("queries/outdated_versions.sql")).to_arrow_table()
    return table


def compare(
    connection: DuckDBPyConnection, outdated: pa.Table, results: Sequence[PageResult], *, keep_text: KeepText
) -> tuple[int, list[ChangedField]]:
    """How many of the versions `outdated` are read again in `results`, and what that changes; nothing is written."""
    _read_again(connection, outdated, results, keep_text)
    (count,) = connection.execute("select count(*) from rereadings").fetchall()[0]
    return int(count), [ChangedField(**row) for row in fetch_rows(connection, sql_text("reextract/20_compare.sql"))]


def apply(
    connection: DuckDBPyConnection,
    outdated: pa.Table,
    results: Sequence[PageResult],
    *,
    keep_text: KeepText,
    name: str,
    now: datetime,
) -> int:
    """Write the new readings, in one transaction that ops.loads lists under `name`.  Returns the number of versions
    that turned out to be none: they differed from the one before by what an extractor did.
    """
    with transaction(connection):
        load_seq = last_load_seq(connection) + 1
        connection.execute("set variable load_seq = ?::bigint", [load_seq])
        tables = _read_again(connection, outdated, results, keep_text)
        for file in ("reextract/30_versions", "reextract/40_articles", "load/72_authors"):
            connection.execute(sql_text(f"{file}.sql"))
        record_load(connection, name, tables, load_seq, now)
        (unfounded,) = connection.execute("select count(*) from unfounded_versions").fetchall()[0]
    return int(unfounded)


def _read_again(
    connection: DuckDBPyConnection, outdated: pa.Table, results: Sequence[PageResult], keep_text: KeepText
) -> dict[str, pa.Table]:
    tables = staged_tables(Batch(batch_id="reextract", page_results=results))
    connection.execute("set variable keep_text = ?", [keep_text.value])
    arrive(connection, tables, read_suppressions(connection))
    connection.register("outdated_versions", outdated)
    connection.execute(sql_text("reextract/10_rereadings.sql"))
    connection.unregister("outdated_versions")
    return tables
