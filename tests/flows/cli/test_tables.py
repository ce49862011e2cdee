"""The summary of a run on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.cli.tables import summary_tables
from flows.report import RunSummary
from warehouse.reports import RunReport

NOW = datetime(2026, 10, 16, 9, 0, tzinfo=UTC)


def test_a_run_that_asked_no_feed_is_told_in_a_line_without_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = RunReport(run_id="1", feeds=(), totals={})
    summary_tables(
        RunSummary(
            run_id="1", started_at=NOW, ended_at=NOW, feeds_polled=0, feeds_not_due=3, report=report, offences=()
        )
    )
    assert capsys.readouterr().out == "0 feeds polled, 3 not due. Pages: nothing new.\n"
