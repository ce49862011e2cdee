from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.acquire.retention import expired_files

NOW = datetime(2026, 10, 16, 9, 0, tzinfo=UTC)
FILES = (
    "20260901T090000Z-aaaaaa-0001.warc.gz",
    "20261010T090000Z-bbbbbb-0001.warc.gz",
    "20261015T090000Z-cccccc-0001.warc.gz",
    "20261016T090000Z-dddddd-0001.warc.gz",
    "notes.txt",
    "somebody-elses.warc.gz",
)


@pytest.mark.parametrize(
    ("keep_days", "max_bytes", "expected"),
    [
        pytest.param(None, None, 0, id="no-limit-keeps-all"),
        pytest.param(30, None, 1, id="older-than-a-month"),
        pytest.param(1.5, None, 2, id="older-than-a-day-and-a-half"),
        pytest.param(None, 500, 0, id="within-the-size"),
        pytest.param(None, 350, 2, id="the-oldest-go-first"),
        pytest.param(None, 0, 3, id="the-run-at-hand-and-files-of-others-stay"),
        pytest.param(30, 400, 1, id="what-is-too-old-counts-for-the-size"),
    ],
)
def test_files_beyond_the_limits_go_oldest_first(
    tmp_path: Path, keep_days: float | None, max_bytes: int | None, expected: int
) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(bytes(100))
    expired = expired_files(
        tmp_path, now=NOW, keep_days=keep_days, max_bytes=max_bytes, spare="20261016T090000Z-dddddd"
    )
    assert [file.name for file in expired] == list(FILES[:expected])


def test_an_archive_that_is_not_there_has_nothing_to_remove(tmp_path: Path) -> None:
    assert expired_files(tmp_path / "none", now=NOW, keep_days=1, max_bytes=1, spare="x") == []
