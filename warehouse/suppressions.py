"""Suppressions: the addresses and sites that are not asked for, and of which no text is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.urls import site_of
from warehouse.rows import address_key
from warehouse.sql import fetch_rows, sql_text

_SUPPRESSED_RESULTS = pa.schema([("result_number", pa.int32()), ("reason", pa.string())])
_SUPPRESSED_ENTRIES = pa.schema([("url_key", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One address (`scope` url, by its strict key) or one site that must not be kept; `named` is what was forgotten."""

    scope: str
    key: str
    named: str
    reason: str
    suppressed_at: datetime
    lifted_at: datetime | None
    article_id: str | None


class Suppressions:
    """Those in force, ready to be asked for an address."""

    def __init__(self, rows: Iterable[Suppression]) -> None:
        held = [row for row in rows if row.lifted_at is None]
        self._by_key = {row.key: row for row in held if row.scope == "url"}
        self._by_site = {row.key: row for row in held if row.scope == "site"}

    def __bool__(self) -> bool:
        return bool(self._by_key or self._by_site)

    def __iter__(self) -> Iterator[Suppression]:
        yield from self._by_key.values()
        yield from self._by_site.values()

    def of(self, url: str) -> Suppression | None:
        """What suppresses this address, which may be a strict key; None when nothing does."""
        if not self:
            return None
        key = address_key(url)
        return self._by_key.get(key) or self._by_site.get(site_of(key))

    def reason_for(self, url: str) -> str | None:
        """Why the address is suppressed, as a sentence; None when it is not."""
        found = self.of(url)
        return found.reason if found else None


def list_suppressions(connection: DuckDBPyConnection) -> list[Suppression]:
    """Return all suppressions, lifted ones as well, in the order in which they were made."""
    return [Suppression(**row) for row in fetch_rows(connection, sql_text("queries/suppressions.sql"))]


def read_suppressions(connection: DuckDBPyConnection) -> Suppressions:
    """Return the suppressions in force."""
    return Suppressions(list_suppressions(connection))


def suppressed_in(tables: Mapping[str, pa.Table], suppressions: Suppressions) -> dict[str, pa.Table]:
    """Return what of a batch is suppressed, as two tables for the load.

    A page result is, when its requested address, one that it passed, its final or canonical one or that of a further
    page is; an entry, when its link is.
    """
    results: list[tuple[int, str]] = []
    entries: dict[str, str] = {}
    if suppressions:
        results = list(_suppressed_results(tables["page_results"], tables["articles"], suppressions))
        keys = set(tables["entries"]["url_key"].to_pylist()) - {None}
        entries = {key: reason for key in keys if (reason := suppressions.reason_for(key))}
    return {
        "suppressed_results": _table(results, _SUPPRESSED_RESULTS),
        "suppressed_entries": _table(sorted(entries.items()), _SUPPRESSED_ENTRIES),
    }


_ADDRESSES_OF_AN_ARTICLE = ("final_key", "canonical_url", "site")
"""The site is that of the final address, or the one that a document names."""


def _suppressed_results(results: pa.Table, articles: pa.Table, suppressions: Suppressions) -> Iterator[tuple[int, str]]:
    columns = ["result_number", *_ADDRESSES_OF_AN_ARTICLE]
    stated = {row.pop("result_number"): row for row in articles.select(columns).to_pylist()}
    for row in results.select(["result_number", "url_key", "hop_keys", "further_keys"]).to_pylist():
        addresses = [
            row["url_key"],
            *row["hop_keys"],
            *row["further_keys"],
            *stated.get(row["result_number"], {}).values(),
        ]
        reasons = (suppressions.reason_for(address) for address in addresses if address)
        if (reason := next(filter(None, reasons), None)) is not None:
            yield row["result_number"], reason


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in schema]
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)
