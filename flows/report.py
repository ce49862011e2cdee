"""What a run did, as plain data and as text for Prefect's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from transforms.text import counted
from warehouse.checks import Offence
from warehouse.reports import RunReport

COUNTS = ("entries", "new_entries", "loaded", "revised", "unchanged", "duplicate", "refused", "deferred")


@dataclass(slots=True, kw_only=True)
class RunSummary:
    """What one run did.

    `left_out` counts the pages that were deferred because the run's time ended.  `seconds` has the wall time of each
    stage, on the monotonic clock.
    """

    run_id: str
    started_at: datetime
    ended_at: datetime
    feeds_polled: int
    feeds_not_due: int
    report: RunReport
    offences: Sequence[Offence]
    left_out: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def feed_rows(summary: RunSummary) -> list[dict[str, Any]]:
    """One row per polled feed: what it answered and what came of its pages."""
    return [
        {"feed": feed.name or feed.url, "url": feed.url, "result": feed.result}
        | {count: getattr(feed, count) for count in COUNTS}
        | {"reason": feed.reason}
        for feed in summary.report.feeds
    ]


def summary_as_dict(summary: RunSummary) -> dict[str, Any]:
    """The whole summary as plain data; `seconds` has the wall time of each stage."""
    return {
        "run_id": summary.run_id,
        "started_at": summary.started_at,
        "ended_at": summary.ended_at,
        "feeds_polled": summary.feeds_polled,
        "feeds_not_due": summary.feeds_not_due,
        "left_out": summary.left_out,
        "outcomes": {str(outcome): count for outcome, count in summary.report.totals.items()},
        "feeds": feed_rows(summary),
        "offences": [asdict(offence) for offence in summary.offences],
        "seconds": summary.seconds,
    }


def budget_sentence(summary: RunSummary) -> str:
    """That the run ended by its budget, and what becomes of the rest; "" when it came to all pages."""
    if not summary.left_out:
        return ""
    pages = "1 page was" if summary.left_out == 1 else f"{summary.left_out} pages were"
    return (
        f"The run's time (max_run_minutes) ended before {pages} asked for: deferred, and first in the next run's turn."
    )


def summary_markdown(summary: RunSummary) -> str:
    """The totals as Markdown."""
    lines = [
        f"# Run {summary.run_id}",
        "",
        f"{counted(summary.feeds_polled, 'feed')} polled, {summary.feeds_not_due} not due.",
        "",
    ]
    if sentence := budget_sentence(summary):
        lines += [sentence, ""]
    lines += ["| outcome | pages |", "|---|---:|"]
    lines += [f"| {outcome} | {count} |" for outcome, count in summary.report.totals.items()]
    lines += ["", *(f"- check **{offence.check}**: {offence.sentence}" for offence in summary.offences)]
    return "\n".join(lines)
