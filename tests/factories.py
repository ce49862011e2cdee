"""Builders of records with plausible defaults: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from transforms.records import (
    Article,
    Entry,
    FeedState,
    Fetch,
    ListedEntry,
    PageResult,
    Paragraph,
    Poll,
    Precision,
    PublisherTime,
    RobotsFile,
    Run,
)
from transforms.urls import url_strict

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""When the tests' first run begins."""
FEED = "https://news.example/feed.xml"
BODY = (
    "The council voted late on Tuesday to keep the old harbour crane where it stands, after a debate of four hours.",
    "Supporters said that the crane, built in 1911, is the last of its kind on this coast and draws visitors all year.",
    "Opponents had asked for a wider quay. The harbour master will report on other ways to widen it by the autumn.",
)


def after(minutes: float) -> datetime:
    """Return the time `minutes` after the tests' first run begins."""
    return MONDAY + timedelta(minutes=minutes)


def run_at(at: datetime) -> str:
    """Return the name of the run that polls or reads pages at this time: the first for its first minutes."""
    minutes = (at - MONDAY) / timedelta(minutes=1)
    return "run-1" if 0 <= minutes < 10 else f"run-at-{minutes:g}"


def a_run(run_id: str = "run-1", **fields: Any) -> Run:
    defaults: dict[str, Any] = {"started_at": MONDAY, "trigger": "manual", "code_version": "0.1.0"}
    return Run(run_id=run_id, **defaults | fields)


def a_time(at: datetime = MONDAY, **fields: Any) -> PublisherTime:
    defaults: dict[str, Any] = {"precision": Precision.SECOND, "offset_minutes": 0, "raw": at.isoformat()}
    return PublisherTime(at=at, **defaults | fields)


def an_entry(link: str | None = "https://news.example/crane", **fields: Any) -> Entry:
    defaults: dict[str, Any] = {
        "key": fields.get("guid") or url_strict(link or ""),
        "position": 0,
        "title": "Crane stays",
        "published_raw": fields["published"].raw if "published" in fields else None,
    }
    return Entry(link=link, **defaults | fields)


def a_listed_entry(entry: Entry, **fields: Any) -> ListedEntry:
    defaults: dict[str, Any] = {
        "feed_url": FEED,
        "polled_at": MONDAY,
        "url_key": url_strict(entry.link) if entry.link else None,
    }
    return ListedEntry(entry=entry, **defaults | fields)


def a_poll(polled_at: datetime = MONDAY, **fields: Any) -> Poll:
    feed_url = fields.get("feed_url", FEED)
    state = FeedState(
        feed_url=feed_url,
        last_polled_at=polled_at,
        last_success_at=polled_at,
        next_poll_at=polled_at + timedelta(minutes=30),
    )
    defaults: dict[str, Any] = {
        "run_id": run_at(polled_at),
        "feed_url": feed_url,
        "result": "listed",
        "reason": "200",
        "state": state,
    }
    return Poll(polled_at=polled_at, **defaults | fields)


def span(minutes: float) -> dict[str, datetime]:
    """Return the times of a request that is sent `minutes` after the first run's begin, and over within the second."""
    return {
        "started_at": after(minutes),
        "answered_at": after(minutes) + timedelta(seconds=0.3),
        "ended_at": after(minutes) + timedelta(seconds=0.6),
    }


def a_fetch(fetch_id: str = "fetch-1", **fields: Any) -> Fetch:
    defaults: dict[str, Any] = {
        "run_id": "run-1",
        "url": "https://news.example/crane",
        "host": "news.example",
        "purpose": "page",
        "attempt": 1,
        "started_at": MONDAY,
        "answered_at": after(0.005),
        "ended_at": after(0.01),
        "status": 200,
    }
    return Fetch(fetch_id=fetch_id, **defaults | fields)


def a_robots_file(origin: str = "https://news.example", **fields: Any) -> RobotsFile:
    defaults: dict[str, Any] = {"read_at": MONDAY, "run_id": "run-1", "fetch_id": "robots-1", "agent": "*"}
    return RobotsFile(origin=origin, **defaults | fields)


def paragraphs(*texts: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(text=text) for text in texts)


def an_article(url: str = "https://news.example/crane", **fields: Any) -> Article:
    defaults: dict[str, Any] = {
        "headline": "Crane stays",
        "standfirst": "The council keeps a landmark.",
        "paragraphs": paragraphs(*BODY),
        "extractor": "newsledger/1",
    }
    return Article(url=url, **defaults | fields)


def a_result(url: str = "https://news.example/crane", **fields: Any) -> PageResult:
    """A page result; without an outcome it holds an article read at the last of its hops."""
    hops = fields.get("hops", (url,))
    at = fields.get("at", after(5))
    has_article = fields.get("outcome") is None and fields.get("same_as_key") is None
    defaults: dict[str, Any] = {
        "run_id": run_at(at),
        "url_key": url if url.startswith("document:") else url_strict(url),
        "purpose": "page",
        "stage": "extract",
        "at": at,
        "outcome": None,
        "reason": "",
        "hops": hops,
        "feed_url": FEED,
        "article": an_article(hops[-1] if hops else url) if has_article else None,
    }
    return PageResult(url=url, **defaults | fields)
