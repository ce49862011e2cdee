"""What a run reads before it acts: the feeds' states, the known addresses, and the pages that are due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from transforms.records import (
    DuePage,
    Entry,
    FeedHealth,
    FeedHints,
    FeedState,
    GuidTrust,
    Habit,
    Precision,
    PublisherTime,
)
from warehouse.rows import Row
from warehouse.sql import fetch_rows, sql_text
from warehouse.stage import batch_file
from warehouse.suppressions import read_suppressions


def read_feed_states(connection: DuckDBPyConnection) -> dict[str, FeedState]:
    """Return the state of every feed that was ever polled, by its URL as configured, without credentials."""
    rows = fetch_rows(connection, sql_text("queries/feed_states.sql"))
    return {row["feed_url"]: _feed_state(row) for row in rows}


def read_known_keys(connection: DuckDBPyConnection) -> set[str]:
    """Return the strict keys of all addresses that were asked for or read and led to an article.

    One that a page only states as canonical, or that was passed on the way, is not among them: it may be another's.
    """
    return {key for (key,) in connection.execute("select url_key from ops.url_aliases where is_fetched").fetchall()}


def plan_pages(connection: DuckDBPyConnection, batch_folder: Path, *, now: datetime, recheck: bool) -> list[DuePage]:
    """Return the pages to ask for, each address once, for a poll batch that is staged and not yet loaded.

    They are: pages that the batch's entries link to and that are new; pages whose next attempt is due at `now`; and,
    with `recheck`, live articles whose entry changed or was taken out of its feed, by this batch or by an earlier one
    whose run did not come to ask, and rechecks that failed before.
    What is suppressed is not among them.
    First come pages deferred by earlier runs, those that wait longest before others: where there is always more than
    a run has time for, newest first would leave some out for ever.  Then first readings, then rechecks.  Of pages that
    wait equally long, the newest comes first.
    """
    for name in ("polls", "entries"):
        connection.execute(sql_text(f"queries/plan_{name}.sql"), {"file": str(batch_file(batch_folder, name))})
    rows = fetch_rows(connection, sql_text("queries/plan_unseen.sql"))
    due = fetch_rows(connection, sql_text("queries/plan_due.sql"), {"now": now})
    rows += [row for row in due if recheck or row["purpose"] == "page"]
    if recheck:
        connection.execute(sql_text("load/25_rechecks.sql"))
        rows += fetch_rows(connection, sql_text("queries/plan_rechecks.sql"))
    suppressions = read_suppressions(connection)
    rows = [row for row in rows if suppressions.of(row["url_key"]) is None]
    rows.sort(key=_urgency)
    pages: dict[str, Row] = {}
    for row in rows:
        pages.setdefault(row["url_key"], row)
    guid_keys = _guid_keys(connection, pages.values())
    return [_due_page(row, guid_keys.get((row["feed_url"], row["entry_key"]), ())) for row in pages.values()]


def _feed_state(row: Row) -> FeedState:
    habit, hints = row["habit"], row["hints"] or {}
    skipped = {name: frozenset(hints[name]) for name in ("skip_hours", "skip_days") if name in hints}
    read = {
        "health": FeedHealth(row["health"]),
        "guid_trust": GuidTrust(row["guid_trust"]),
        "habit": habit and Habit(**habit | {"hourly_rates": tuple(habit["hourly_rates"])}),
        "entry_marks": tuple(row["entry_marks"] or ()),
        "hints": FeedHints(**hints | skipped),
    }
    return FeedState(**row | read)


def _guid_keys(connection: DuckDBPyConnection, rows: Iterable[Row]) -> dict[tuple[str, str], list[str]]:
    """By feed and guid the keys of all addresses that the feed listed under the guid, for entries named by theirs."""
    named = [row for row in rows if row["guid"] is not None and row["guid"] == row["entry_key"]]
    if not named:
        return {}
    entries = {"feed_urls": [row["feed_url"] for row in named], "guids": [row["guid"] for row in named]}
    found = fetch_rows(connection, sql_text("queries/plan_guid_keys.sql"), entries)
    return {(row["feed_url"], row["guid"]): row["url_keys"] for row in found}


def _urgency(row: Row) -> tuple[bool, float, bool, float]:
    since = row["deferred_since"]
    waits_since = 0.0 if since is None else since.timestamp()
    return since is None, waits_since, row["purpose"] != "page", -row["newness"].timestamp()


def _due_page(row: Row, guid_keys: Iterable[str]) -> DuePage:
    return DuePage(
        url=row["url"],
        url_key=row["url_key"],
        purpose=row["purpose"],
        failures=row["failures"],
        feed_url=row["feed_url"],
        entry=_entry(row) if row["entry_key"] is not None else None,
        feed_language=row["feed_language"],
        guid_keys=tuple(key for key in guid_keys if key != row["url_key"]),
    )


def _entry(row: Row) -> Entry:
    return Entry(
        key=row["entry_key"],
        position=row["position"],
        guid=row["guid"],
        link=row["entry_url"],
        listed_link=row["listed_url"],
        title=row["title"],
        summary=row["summary"],
        content_html=row["content_html"],
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        published=publisher_time(row, "published"),
        updated=publisher_time(row, "updated"),
        published_raw=row["published_raw"],
        updated_raw=row["updated_raw"],
        image_url=row["image_url"],
        language=row["language"],
    )


def publisher_time(row: Row, name: str) -> PublisherTime | None:
    """Return the publisher's time whose columns in `row` begin with `name`; None where it has none."""
    at = row[f"{name}_at"]
    if at is None:
        return None
    return PublisherTime(
        at=at,
        precision=Precision(row[f"{name}_precision"]),
        offset_minutes=row[f"{name}_offset_minutes"],
        raw=row[f"{name}_raw"],
    )
