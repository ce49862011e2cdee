"""Writing the database file anew: DuckDB keeps deleted bytes in free blocks of the file, where they can be read."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.connection import draft_of, remove_stale_drafts, unwritable
from warehouse.migrate import migrate
from warehouse.sql import sql_text
from warehouse.upgrade_copies import sync_folder


def rewrite(connection: DuckDBPyConnection, path: Path, *, now: datetime) -> None:
    """Put a fresh file with the same rows, in their order, in the place of the one that `connection` may write.

    The file has its name only when it is whole and on disk.  The connection's own file has no name afterwards, so it
    is of no more use.  Raises WarehouseUnwritable, with the old file in its place, when the disk is full.
    """
    draft = draft_of(path)
    try:
        remove_stale_drafts(path)
        connection.execute("checkpoint")
        _copy_rows(connection, draft, now)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(path)
        sync_folder(path.parent)
    except (OSError, duckdb.Error) as error:
        raise unwritable(path, f"writing it anew, {str(error).splitlines()[0]}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _copy_rows(connection: DuckDBPyConnection, draft: Path, now: datetime) -> None:
    (name,) = connection.execute("select current_database()").fetchall()[0]
    old, file = _quoted(name, '"'), _quoted(str(draft), "'")
    tables = connection.execute(sql_text("queries/tables.sql")).fetchall()
    connection.execute(f"attach {file} as rewritten")
    try:
        connection.execute("use rewritten")
        migrate(connection, now=now)
        connection.execute(f"use {old}")
        for (table,) in tables:
            connection.execute(f"truncate rewritten.{table}")  # what migrating wrote: its own history
            connection.execute(f"insert into rewritten.{table} by name from {old}.{table}")
        connection.execute("checkpoint rewritten")
    finally:
        connection.execute(f"use {old}")
        connection.execute("detach rewritten")


def _quoted(text: str, quote: str) -> str:
    return quote + text.replace(quote, 2 * quote) + quote
