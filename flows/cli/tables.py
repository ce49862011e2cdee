"""A run's summary as tables on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.common import printable
from flows.report import COUNTS, budget_sentence
from transforms.text import counted

if TYPE_CHECKING:
    from flows.report import RunSummary


_HEADINGS = {"new_entries": "new"}


def summary_tables(summary: RunSummary) -> None:
    """Prints what happened per feed and in total to stdout."""
    console = Console() if sys.stdout.isatty() else Console(width=140)
    # a count that is nought for every feed has no column, so that eighty characters are enough
    shown = [count for count in COUNTS if any(getattr(feed, count) for feed in summary.report.feeds)]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("feed", overflow="ellipsis", no_wrap=True, max_width=32)
    table.add_column("poll", no_wrap=True, min_width=len("unchanged"))
    for count in shown:
        heading = _HEADINGS.get(count, count)
        table.add_column(heading, justify="right", no_wrap=True, min_width=len(heading))
    for feed in summary.report.feeds:
        counts = [str(getattr(feed, count) or "·") for count in shown]
        table.add_row(Text(printable(feed.name or feed.url)), feed.result, *counts)
    if summary.report.feeds:
        console.print(table)
    for feed in summary.report.feeds:
        usual = counted(feed.entries, "entry", "entries")
        if feed.result != "failed" and (feed.result != "listed" or feed.reason == usual):
            continue
        console.print(Text(f"{printable(feed.name or feed.url)}: {printable(feed.reason)}"))
    pages = ", ".join(f"{count} {outcome}" for outcome, count in summary.report.totals.items()) or "nothing new"
    if summary.report.feeds:
        console.print()
    polled = f"{counted(summary.feeds_polled, 'feed')} polled, {summary.feeds_not_due} not due."
    console.print(Text(f"{polled} Pages: {pages}."))
    if sentence := budget_sentence(summary):
        console.print(Text(sentence))
