"""A warehouse in memory, fed through the real spool."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from tests.factories import MONDAY, after
from transforms.records import KeepText
from warehouse.checks import run_checks
from warehouse.connection import empty_connection
from warehouse.load import LoadReport, load_batches
from warehouse.sql import fetch_rows
from warehouse.stage import Batch, discard_batches, pending_batches, stage_batch


class Ledger:
    """A warehouse and its spool; every batch that is loaded gets the next number as its name."""

    def __init__(self, connection: DuckDBPyConnection, spool: Path) -> None:
        self.connection = connection
        self.spool = spool
        self.staged_count = 0

    def stage(self, **records: Any) -> Path:
        self.staged_count += 1
        return stage_batch(self.spool, Batch(batch_id=f"{self.staged_count:04}", **records))

    def load(self, *, keep_text: str = "full", **records: Any) -> LoadReport:
        """Stage a batch of `records`, load it with all that is pending, and empty the spool."""
        if records:
            self.stage(**records)
        report = load_batches(
            self.connection, pending_batches(self.spool), loaded_at=after(100_000), keep_text=KeepText(keep_text)
        )
        discard_batches((*report.loaded, *report.skipped))
        return report

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def values(self, query: str) -> list[Any]:
        return [value for (value,) in self.rows(query)]

    def dicts(self, query: str) -> list[dict[str, Any]]:
        return fetch_rows(self.connection, query)


@pytest.fixture(scope="session")
def shared_warehouse() -> Iterator[DuckDBPyConnection]:
    with empty_connection(MONDAY) as connection:
        connection.execute("set threads = 1")  # batches of a few rows are loaded faster so
        yield connection


def emptied(warehouse: DuckDBPyConnection) -> DuckDBPyConnection:
    """Delete what tests loaded, which is faster than a new warehouse for each."""
    tables = warehouse.execute(
        """
        select schema_name || '.' || table_name
        from duckdb_tables()
        where not temporary and table_name not in ('schema_migrations', 'view_installations')
        """
    ).fetchall()
    for (table,) in tables:
        warehouse.execute(f"delete from {table}")
    return warehouse


@pytest.fixture
def ledger(shared_warehouse: DuckDBPyConnection, tmp_path: Path) -> Iterator[Ledger]:
    """An empty warehouse; after the test all its checks must hold."""
    yield Ledger(emptied(shared_warehouse), tmp_path / "spool")
    assert run_checks(shared_warehouse) == []
