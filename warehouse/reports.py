"""What people ask of the warehouse by name: how a run went, and one article."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from transforms.outcomes import STORED, Outcome
from transforms.records import Access, Article, BodySource, LeadImage, PageKind, Paragraph, ParagraphKind
from warehouse.rows import Row, address_key
from warehouse.sql import fetch_rows, sql_text
from warehouse.state import publisher_time


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """What a run got from one feed.

    `result` is listed, unchanged or failed, and `reason` says why.  The counts from `loaded` to `deferred` are of the
    URLs that were asked for because of this feed; `refused` counts those that ended without an article.
    """

    url: str
    name: str | None
    result: str
    reason: str
    entries: int
    new_entries: int
    loaded: int
    revised: int
    unchanged: int
    duplicate: int
    refused: int
    deferred: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did: one report per feed that it polled, and all its URLs by outcome, those of no feed included."""

    run_id: str
    feeds: tuple[FeedReport, ...]
    totals: Mapping[Outcome, int]


def run_report(connection: DuckDBPyConnection, run_id: str) -> RunReport:
    """Return the report of the run, as far as its batches are loaded."""
    totals: Counter[Outcome] = Counter()
    by_feed: defaultdict[str | None, Counter[Outcome]] = defaultdict(Counter)
    for row in fetch_rows(connection, sql_text("queries/run_outcomes.sql"), {"run_id": run_id}):
        outcome = Outcome(row["outcome"])
        totals[outcome] += row["outcome_count"]
        by_feed[row["feed_id"]][outcome] += row["outcome_count"]
    feeds = fetch_rows(connection, sql_text("queries/run_feeds.sql"), {"run_id": run_id})
    return RunReport(
        run_id=run_id,
        feeds=tuple(_feed_report(row, by_feed[row["feed_id"]]) for row in feeds),
        totals=dict(totals),
    )


def outcomes_since(connection: DuckDBPyConnection, load_seq: int) -> Mapping[Outcome, int]:
    """Return how many URLs the loads after `load_seq` gave each outcome."""
    rows = fetch_rows(connection, sql_text("queries/outcomes_since.sql"), {"load_seq": load_seq})
    return {Outcome(row["outcome"]): row["outcome_count"] for row in rows}


def find_article(connection: DuckDBPyConnection, url: str) -> Article | None:
    """Return the current version of the article at `url`, by any of its addresses; None when there is none."""
    rows = fetch_rows(connection, sql_text("queries/article_at.sql"), {"url_key": address_key(url)})
    return _article(rows[0]) if rows else None


def _feed_report(row: Row, outcomes: Counter[Outcome]) -> FeedReport:
    return FeedReport(
        url=row["url"],
        name=row["name"],
        result=row["result"],
        reason=row["reason"],
        entries=row["entry_count"],
        new_entries=row["new_entry_count"],
        loaded=outcomes[Outcome.LOADED],
        revised=outcomes[Outcome.REVISED],
        unchanged=outcomes[Outcome.UNCHANGED],
        duplicate=outcomes[Outcome.DUPLICATE],
        refused=sum(n for outcome, n in outcomes.items() if outcome not in STORED and outcome != Outcome.DEFERRED),
        deferred=outcomes[Outcome.DEFERRED],
    )


def _article(row: Row) -> Article:
    image = LeadImage(url=row["image_url"], caption=row["image_caption"], credit=row["image_credit"])
    return Article(
        url=row["url"],
        canonical_url=row["canonical_url"],
        site=row["site"],
        title=row["title"],
        headline=row["headline"],
        standfirst=row["standfirst"],
        reading_time_minutes=row["reading_time_minutes"],
        reading_time_is_computed=row["reading_time_is_computed"],
        lead_image=image if image != LeadImage() else None,
        paragraphs=tuple(
            Paragraph(text=paragraph["text"], kind=ParagraphKind(paragraph["kind"]))
            for paragraph in row["paragraphs"] or ()
        ),
        agency_credit=row["agency_credit"],
        promotion=row["promotion"],
        authors=tuple(row["authors"]),
        published=publisher_time(row, "published"),
        modified=publisher_time(row, "modified"),
        language=row["language"],
        section=row["section"],
        tags=tuple(row["tags"]),
        access=Access(row["access"]),
        page_kind=PageKind(row["page_kind"]),
        rights=tuple(row["rights"]),
        body_source=BodySource(row["body_source"]),
        extractor=row["extractor"],
        witnesses=row["witnesses"],
    )
