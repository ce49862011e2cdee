"""The story of one address: who listed it, what was asked and answered, what was decided, and what comes next.

The story of an article is told over all its addresses, whichever of them the question names; that of a feed is how its
polls went.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from duckdb import DuckDBPyConnection

from transforms.outcomes import RETRIED
from transforms.text import counted
from transforms.urls import site_of, url_loose
from warehouse.rows import Row, address_key
from warehouse.sql import fetch_rows, sql_text
from warehouse.suppressions import Suppression, Suppressions, read_suppressions

NEAR = 5
"""Addresses proposed for one that is not known."""
POLLS = 10
"""Polls of a feed that its story tells, the latest."""
_ARTICLE_ID = re.compile("[0-9a-f]{16}")
_PORT_WITHOUT_SCHEME = re.compile(r"^\s*([^/?#:@\s]+):(?:80|443)(?=[/?#]|\s*$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChapter:
    """What one run did about the addresses: entries that it first saw, its requests, and its decisions, in order."""

    run_id: str
    started_at: datetime | None
    trigger: str | None
    sightings: Sequence[Row]
    requests: Sequence[Row]
    decisions: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that the warehouse knows about an address.

    `relation` says what the asked address is to the others, "" when it is one of `statuses` (then the first).  Those
    have one row per address, with `next` as a sentence; `aliases` one per address of an article, with the evidence.
    `articles` and `versions` are empty while no article came of it.  `feeds` are those that list it now.  `feed` is the
    feed at this address, with `next` as a sentence, and `polls` its latest polls; None and empty where there is none.
    """

    asked: str
    relation: str
    statuses: Sequence[Row]
    articles: Sequence[Row]
    versions: Sequence[Row]
    aliases: Sequence[Row]
    feeds: Sequence[Row]
    runs: Sequence[RunChapter]
    feed: Row | None
    polls: Sequence[Row]


def find_story(connection: DuckDBPyConnection, asked: str, *, now: datetime) -> Story | None:
    """Return the story of `asked`: an address in any spelling, or an article_id; None when nothing is known of it.

    Of an unknown address, that of the only known one that shares its loose key; `relation` says so.
    """
    # without a scheme, these ports are those of http and https, unless there is an address that really has one
    portless = _PORT_WITHOUT_SCHEME.sub(r"\1", asked)
    for spelling in dict.fromkeys([asked, portless]):
        if (story := _story(connection, asked, spelling, now)) is not None:
            return story
    return _only_like_it(connection, asked, portless, now)


def _story(connection: DuckDBPyConnection, asked: str, spelling: str, now: datetime) -> Story | None:
    key = address_key(spelling)
    values = {"url_key": key, "urls": _spellings(spelling), "article_id": _article_id(spelling)}
    keys = [row["url_key"] for row in fetch_rows(connection, sql_text("queries/why_keys.sql"), values)]
    suppressions = read_suppressions(connection)
    feed, polls = _feed(connection, key, suppressions, now)
    if not keys and feed is None:
        return None

    def rows(name: str) -> list[Row]:
        return fetch_rows(connection, sql_text(f"queries/why_{name}.sql"), {"keys": keys})

    statuses, aliases, sightings = rows("statuses"), rows("aliases"), rows("sightings")
    statuses.sort(key=lambda status: status["url_key"] != key)
    return Story(
        asked=asked,
        relation=_relation(asked, key, statuses, aliases) if keys else "",
        statuses=[status | {"next": next_step(status, now, suppressions.of(status["url_key"]))} for status in statuses],
        articles=rows("articles"),
        versions=rows("versions"),
        aliases=aliases,
        feeds=_listing_feeds(sightings),
        runs=_chapters(connection, sightings, rows("requests"), rows("outcomes")),
        feed=feed,
        polls=polls,
    )


def _only_like_it(connection: DuckDBPyConnection, asked: str, spelling: str, now: datetime) -> Story | None:
    """The story of the known address that shares the loose key of `spelling`, where it is one alone."""
    loose = url_loose(spelling)
    rows = [row for row in _near(connection, spelling) if url_loose(row["url_key"]) == loose]
    if len({row["url_key"] for row in rows}) != 1:
        return None
    url = rows[0]["url"]
    story = _story(connection, url, url, now)
    said = f"{asked} is not known. The only known address that is like it but for such things as www., /amp, a slash or"
    return replace(story, asked=asked, relation=f"{said} capitals is {url}, whose story this is.") if story else None


def _feed(
    connection: DuckDBPyConnection, key: str, suppressions: Suppressions, now: datetime
) -> tuple[Row | None, list[Row]]:
    """The feed that is configured with an address, or asked at it since it moved; and its latest polls."""
    feeds = connection.execute(sql_text("queries/why_feeds.sql")).fetchall()
    at_it = [feed_id for feed_id, *urls in feeds if key in [address_key(url) for url in urls if url]]
    if not at_it:
        return None, []
    (feed,) = fetch_rows(connection, sql_text("queries/why_feed.sql"), {"feed_id": at_it[0]})
    polls = fetch_rows(connection, sql_text("queries/why_polls.sql"), {"feed_id": at_it[0], "count": POLLS})
    return feed | {"next": _next_poll(feed, now, suppressions.of(feed["url"]))}, polls


def _next_poll(feed: Row, now: datetime, suppression: Suppression | None) -> str:
    """Say as a sentence when a feed is asked again."""
    if suppression is not None:
        return _until_lifted(suppression)
    if feed["state"] == "witness":
        return "Nobody subscribed to it: it is asked as a witness, after a gap between two polls of a feed of its site."
    if feed["next_poll_at"] is None or feed["next_poll_at"] <= now:
        return "It is due: the next run that follows it asks it."
    return f"It is asked again by the first run from {feed['next_poll_at']:%Y-%m-%d %H:%M} on."


def near_addresses(connection: DuckDBPyConnection, asked: str) -> list[str]:
    """Return known addresses of the site of an unknown one: those of its loose key first, then the likest."""
    loose = url_loose(asked)
    rows = _near(connection, asked)
    rows.sort(key=lambda row: url_loose(row["url_key"]) != loose)  # it is stable: the likest come first
    return list(dict.fromkeys(row["url"] for row in rows))[:NEAR]


def _near(connection: DuckDBPyConnection, asked: str) -> list[Row]:
    """Known addresses of the site of an unknown one, the likest first."""
    values = {"site": site_of(url_loose(asked)), "url_key": address_key(asked)}
    return fetch_rows(connection, sql_text("queries/why_near.sql"), values)


def next_step(status: Row, now: datetime, suppression: Suppression | None) -> str:
    """Say as a sentence what happens next to the address whose row of url_status this is, and what suppresses it."""
    if suppression is not None:
        return _until_lifted(suppression)
    if status["outcome"] == "deferred":
        return "It comes first in the next run."
    if status["next_try_at"] is not None:
        if status["failures"] == 0 or status["next_try_at"] <= now:
            return "It is due: the next run asks for it."
        tries = counted(status["failures"], "failed try", "failed tries")
        return f"After {tries} it is asked for again by the first run from {status['next_try_at']:%Y-%m-%d %H:%M} on."
    if status["outcome"] in RETRIED:
        return f"It was tried {counted(status['failures'], 'time')} and is not asked for again."
    if status["article_id"] is not None:
        return "Settled: it is read again when a feed announces a change."
    return "Settled: no run asks for it again."


def _until_lifted(suppression: Suppression) -> str:
    lift = f"newsledger forget --lift {shlex.quote(suppression.named)}"
    return f"It was forgotten: no run asks for it until `{lift}`."


def _spellings(asked: str) -> list[str]:
    """The address as requests and feeds may have written it: as it is, and with either scheme."""
    bare = re.sub(r"^https?://", "", asked.strip(), flags=re.IGNORECASE)
    return [asked.strip(), f"http://{bare}", f"https://{bare}"]


def _article_id(asked: str) -> str | None:
    return asked if _ARTICLE_ID.fullmatch(asked) else None


def _relation(asked: str, key: str, statuses: Sequence[Row], aliases: Sequence[Row]) -> str:
    """What the asked address is, when it has no status of its own."""
    if any(status["url_key"] == key for status in statuses):
        return ""
    for alias in aliases:
        if alias["url_key"] == key:
            return f"{asked} is an address of the article below, by {alias['evidence']}."
    if _article_id(asked):
        return f"{asked} is the article below."
    return f"{asked} leads to what is told below: a feed links through it, or a request passed through it."


def _listing_feeds(sightings: Sequence[Row]) -> list[Row]:
    """The feeds that list one of the addresses now, each once."""
    feeds = {
        row["feed_url"]: {
            "url": row["feed_url"],
            "name": row["feed_name"],
            "state": row["feed_state"],
            "next_poll_at": row["next_poll_at"],
        }
        for row in sightings
        if row["is_listed"]
    }
    return list(feeds.values())


def _chapters(
    connection: DuckDBPyConnection, sightings: Sequence[Row], requests: Sequence[Row], outcomes: Sequence[Row]
) -> list[RunChapter]:
    """What happened, run by run; a run whose own record is not loaded comes last."""
    run_ids = list(dict.fromkeys(row["run_id"] for row in (*sightings, *requests, *outcomes)))
    runs = fetch_rows(connection, sql_text("queries/why_runs.sql"), {"run_ids": run_ids})
    known = {run["run_id"] for run in runs}
    unknown = [{"run_id": name, "started_at": None, "trigger": None} for name in run_ids if name not in known]

    def of(run: Row, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if row["run_id"] == run["run_id"]]

    return [
        RunChapter(
            run_id=run["run_id"],
            started_at=run["started_at"],
            trigger=run["trigger"],
            sightings=of(run, sightings),
            requests=of(run, requests),
            decisions=of(run, outcomes),
        )
        for run in (*runs, *unknown)
    ]
