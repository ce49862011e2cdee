"""Takedown in the tables: suppressions are written and lifted, and what is suppressed loses its text.

Each step is safe to be done again: a takedown that was killed ends right when it is run once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.errors import InputError
from transforms.records import Run
from transforms.urls import host_of, site_of
from warehouse.load import last_load_seq
from warehouse.rows import address_key, without_credentials
from warehouse.sql import sql_text, transaction
from warehouse.suppressions import Suppression, Suppressions, list_suppressions, read_suppressions

_REASONS = pa.schema([("url_key", pa.string()), ("reason", pa.string())])
_FEEDS = pa.schema([("feed_id", pa.string())])
_NEVER = datetime.fromtimestamp(0, UTC)
_HOST = re.compile(r"[^\s/:?#@]+\.[^\s/:?#@]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be forgotten: a url (the article at it) or a site; `named` is how outcomes and lists call it."""

    scope: str
    key: str
    named: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What the tables hold of a target: articles, versions that have text, and sightings."""

    articles: int
    versions: int
    sightings: int


def target_of(text: str) -> Target:
    """Return what a user means by an address or a bare host; a host stands for its registrable domain.

    Raises InputError for anything else.
    """
    text = text.strip()
    if _HOST.fullmatch(text):
        site = site_of(text)
        return Target(scope="site", key=site, named=site)
    if text.startswith("document:") or ("/" in text and host_of(text)):
        return Target(scope="url", key=address_key(text), named=without_credentials(text))
    raise InputError(
        f"{text!r} is neither an address nor a site. Name a page, like https://news.example/2026/story, "
        "or a registrable domain, like news.example."
    )


def holdings(connection: DuckDBPyConnection, target: Target) -> Holdings:
    """Return what the tables hold of `target`."""
    planned = _planned(connection, target, reason="")
    articles = {row.article_id for row in planned if row.article_id is not None}
    if target.scope == "site":
        found = connection.execute("select article_id from dim_articles where site = ?", [target.key]).fetchall()
        articles |= {article_id for (article_id,) in found}
    suppressions = Suppressions(planned)
    values = {
        "article_ids": sorted(articles),
        "keys": sorted(_known_addresses(connection, suppressions)),
        "feed_ids": _feeds(connection, suppressions),
    }
    counts = connection.execute(sql_text("queries/forget_preview.sql"), values).fetchall()[0]
    return Holdings(articles=counts[0], versions=counts[1], sightings=counts[2])


def suppress(connection: DuckDBPyConnection, target: Target, *, reason: str, run: Run) -> None:
    """Suppress `target` from now on, in a transaction of its own; what is suppressed already stays as it is."""
    with transaction(connection):
        load_seq = _begin(connection, run)
        held = {(row.scope, row.key) for row in list_suppressions(connection) if row.lifted_at is None}
        for row in _planned(connection, target, reason=reason, at=run.started_at):
            if (row.scope, row.key) not in held:
                values = [row.scope, row.key, row.named, row.article_id, row.reason, row.suppressed_at, None]
                connection.execute(
                    "insert into ops.suppressions values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [*values, run.run_id, load_seq]
                )


def drop_texts(connection: DuckDBPyConnection, *, run: Run) -> set[str]:
    """Drop the text of everything that is suppressed, in one transaction; return its places in the raw archive."""
    suppressions = read_suppressions(connection)
    with transaction(connection):
        _begin(connection, run)
        feeds = [(feed_id,) for feed_id in _feeds(connection, suppressions)]
        with (
            _registered(
                connection, "suppressed_addresses", _known_addresses(connection, suppressions).items(), _REASONS
            ),
            _registered(connection, "suppressed_feeds", feeds, _FEEDS),
        ):
            for file in ("articles", "sightings", "outcomes"):
                connection.execute(sql_text(f"forget/{file}.sql"))
            refs = connection.execute(sql_text("queries/raw_refs.sql")).fetchall()
    return {ref for (ref,) in refs}


def lift(connection: DuckDBPyConnection, target: Target, *, run: Run) -> list[Suppression]:
    """End the suppressions of `target` and return them: its pages are due again, its text does not come back."""
    before = read_suppressions(connection)
    found = next((row for row in before if (row.scope, row.key) == (target.scope, target.key)), None)
    if found is None:
        return []
    with transaction(connection):
        _begin(connection, run)
        connection.execute("set variable lifted_names = ?", [[found.named]])
        connection.execute(sql_text("forget/lift.sql"))
        after = read_suppressions(connection)
        lifted = {key: reason for key, reason in _known_addresses(connection, before).items() if after.of(key) is None}
        with _registered(connection, "lifted_addresses", lifted.items(), _REASONS):
            connection.execute(sql_text("forget/due_again.sql"))
    return [row for row in before if row.named == found.named]


def _planned(
    connection: DuckDBPyConnection, target: Target, *, reason: str, at: datetime = _NEVER
) -> list[Suppression]:
    """The suppressions that make `target` forgotten: each address of the article; or the site, and the addresses
    elsewhere that lead to its articles."""
    if target.scope == "url":
        query, values = "queries/addresses_of_an_article.sql", {"url_key": target.key}
    else:
        query, values = "queries/addresses_of_a_site.sql", {"site": target.key}
    found = connection.execute(sql_text(query), values).fetchall()
    places = [("url", key, article_id) for key, article_id in found]
    if target.scope == "site":
        places = [place for place in places if site_of(place[1]) != target.key]
        places.append(("site", target.key, None))
    return [
        Suppression(
            scope=scope,
            key=key,
            named=target.named,
            reason=reason,
            suppressed_at=at,
            lifted_at=None,
            article_id=article_id,
        )
        for scope, key, article_id in places
    ]


def _known_addresses(connection: DuckDBPyConnection, suppressions: Suppressions) -> dict[str, str]:
    """The suppressed ones among the addresses that the tables know, by their strict keys, with the reasons."""
    values = {
        "keys": [row.key for row in suppressions if row.scope == "url"],
        "sites": [row.key for row in suppressions if row.scope == "site"],
    }
    rows = connection.execute(sql_text("queries/addresses_below.sql"), values).fetchall()
    return {key: found.reason for (key,) in rows if (found := suppressions.of(key))}


def _feeds(connection: DuckDBPyConnection, suppressions: Suppressions) -> list[str]:
    rows = connection.execute("select feed_id, url from dim_feeds").fetchall()
    return [feed_id for feed_id, url in rows if suppressions.of(url)]


def _begin(connection: DuckDBPyConnection, run: Run) -> int:
    """Number the change like a load, so that incremental readers see it, and record its run; both once for a run."""
    known = connection.execute("select load_seq from ops.loads where batch_id = ?", [run.run_id]).fetchall()
    load_seq = known[0][0] if known else last_load_seq(connection) + 1
    if not known:
        connection.execute(
            "insert into ops.loads values (?, ?, ?, 0, 0, 0, 0, 0)", [load_seq, run.run_id, run.started_at]
        )
        values = [run.run_id, run.started_at, run.ended_at, run.trigger, run.code_version, load_seq]
        connection.execute(sql_text("queries/insert_run.sql"), values)
    connection.execute("set variable load_seq = ?::bigint", [load_seq])
    connection.execute("set variable run_id = ?", [run.run_id])
    connection.execute("set variable takedown_at = ?::timestamptz", [run.started_at])
    return int(load_seq)


@contextmanager
def _registered(
    connection: DuckDBPyConnection, name: str, rows: Iterable[tuple[object, ...]], schema: pa.Schema
) -> Iterator[None]:
    listed = list(rows)
    columns = [[row[place] for row in listed] for place in range(len(schema))]
    connection.register(name, pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema))
    try:
        yield
    finally:
        connection.unregister(name)
