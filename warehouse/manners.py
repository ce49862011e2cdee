"""What a run must know of the servers it is about to ask, from what earlier runs asked and were answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from transforms.records import RobotsFile
from warehouse.sql import fetch_rows, sql_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedToWait:
    """An address that is not to be asked before `until`."""

    url: str
    host: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentlyAsked:
    """A host, when it was last asked, and when it last answered 429 or 503, as far as that is recent."""

    host: str
    asked_at: datetime
    slowed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What binds a run from its first request on."""

    robots_files: Sequence[RobotsFile] = ()
    asked_to_wait: Sequence[AskedToWait] = ()
    recently_asked: Sequence[RecentlyAsked] = ()


def read_manners(connection: DuckDBPyConnection, *, now: datetime, robots_since: datetime) -> Manners:
    """Return what binds a run that begins `now`; robots.txt files count that were read at `robots_since` or later."""
    at = {"now": now}
    return Manners(
        robots_files=read_robots_files(connection, since=robots_since),
        asked_to_wait=[AskedToWait(**row) for row in fetch_rows(connection, sql_text("queries/asked_to_wait.sql"), at)],
        recently_asked=[
            RecentlyAsked(**row) for row in fetch_rows(connection, sql_text("queries/recently_asked.sql"), at)
        ],
    )


def read_robots_files(connection: DuckDBPyConnection, *, since: datetime) -> list[RobotsFile]:
    """Return what each origin's robots.txt said when it was last read, at `since` or later."""
    rows = fetch_rows(connection, sql_text("queries/robots_files.sql"), {"since": since})
    return [RobotsFile(**row | {"rules": tuple(row["rules"]), "sitemaps": tuple(row["sitemaps"])}) for row in rows]
