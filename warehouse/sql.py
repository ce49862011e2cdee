"""The SQL files of this package, read as package data, and transactions to run them in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFile:
    """One file: its name without folder, and its text."""

    name: str
    text: str


@cache
def sql_text(path: str) -> str:
    """Return the text of the file at `path` within this package, for instance "queries/plan_unseen.sql"."""
    return files("warehouse").joinpath(path).read_text(encoding="utf-8")


@cache
def sql_files(folder: str) -> tuple[SqlFile, ...]:
    """Return the .sql files of a folder of this package, in the order of their names."""
    names = sorted(file.name for file in files("warehouse").joinpath(folder).iterdir() if file.name.endswith(".sql"))
    return tuple(SqlFile(name=name, text=sql_text(f"{folder}/{name}")) for name in names)


def fetch_rows(connection: DuckDBPyConnection, query: str, values: object = None) -> list[dict[str, Any]]:
    """Run one query; return its rows by column name, with times as aware datetimes in UTC."""
    rows: list[dict[str, Any]] = connection.execute(query, values).to_arrow_table().to_pylist(maps_as_pydicts="strict")
    return [{name: _in_utc(value) for name, value in row.items()} for row in rows]


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did; roll all of it back when it raises."""
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.TransactionException):  # a failed statement may have ended the transaction
            connection.rollback()
        raise
    connection.commit()


def _in_utc(value: Any) -> Any:
    # Arrow gives a ZoneInfo; the records have datetime.UTC.
    return value.astimezone(UTC) if isinstance(value, datetime) else value
