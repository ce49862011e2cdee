"""Checks: queries that return the rows which must not be there, one file each in checks/.

A check looks at rows that loads after the number `getvariable('since')` wrote, and at what those are compared with: a
run checks what it wrote, at a cost that does not grow with the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from transforms.outcomes import Outcome
from warehouse.sql import SqlFile, fetch_rows, sql_files

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """A check that found something: its name, what the rows are, how many there are, and the first few."""

    check: str
    sentence: str
    row_count: int
    examples: tuple[Mapping[str, Any], ...]


def run_checks(connection: DuckDBPyConnection, *, since: int = 0) -> list[Offence]:
    """Run all checks on what the loads after number `since` wrote, which is everything unless it is given.

    An empty list means that the warehouse agrees with itself.
    """
    connection.execute("set variable outcome_vocabulary = ?", [[outcome.value for outcome in Outcome]])
    connection.execute("set variable since = ?::bigint", [since])
    return [offence for file in sql_files("checks") if (offence := _offence(connection, file))]


def _offence(connection: DuckDBPyConnection, check: SqlFile) -> Offence | None:
    rows = fetch_rows(connection, check.text)
    if not rows:
        return None
    sentence = check.text.partition("\n")[0].removeprefix("-- ")
    return Offence(
        check=check.name.removesuffix(".sql"), sentence=sentence, row_count=len(rows), examples=tuple(rows[:_EXAMPLES])
    )
