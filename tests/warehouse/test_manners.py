"""What a run takes over of how earlier runs were answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.factories import MONDAY, a_fetch, a_robots_file, after
from tests.warehouse.conftest import Ledger
from transforms.records import RobotsFile
from warehouse.manners import AskedToWait, RecentlyAsked, read_manners, read_robots_files

SITE = "https://news.example"
DAY = 24 * 60.0


@pytest.mark.parametrize(
    ("status", "until", "now", "expected"),
    [
        pytest.param(503, after(90), after(60), after(90), id="not-over-yet"),
        pytest.param(429, after(90), after(60), after(90), id="429"),
        pytest.param(503, after(50), after(60), None, id="over"),
        pytest.param(200, after(90), after(60), None, id="no-refusal"),
        pytest.param(503, None, after(60), None, id="no-time-named"),
        pytest.param(503, after(5 * DAY), after(60), after(DAY + 1), id="a-day-at-most"),
        pytest.param(503, after(5 * DAY), after(DAY + 2), None, id="a-day-is-over"),
        pytest.param(503, after(90), after(-60), None, id="a-clock-that-was-set-back"),
    ],
)
def test_an_address_is_not_asked_before_the_time_that_its_answer_named(
    ledger: Ledger, status: int, until: datetime | None, now: datetime, expected: datetime | None
) -> None:
    page = a_fetch(status=status, ended_at=after(1), retry_after_until=until)
    ledger.load(fetches=[page])
    waits = read_manners(ledger.connection, now=now, robots_since=MONDAY).asked_to_wait
    assert waits == ([AskedToWait(url=page.url, host=page.host, until=expected)] if expected else [])


def test_hosts_that_were_asked_within_the_hour_are_known_with_their_last_refusal(ledger: Ledger) -> None:
    def fetch(number: int, host: str, minutes: float, status: int = 200):
        at = after(minutes)
        return a_fetch(f"{number}", host=host, started_at=at, answered_at=at, ended_at=at, status=status)

    ledger.load(
        fetches=[
            fetch(1, "a.example", 10, 429),
            fetch(2, "a.example", 12),
            fetch(3, "b.example", 13),
            fetch(4, "old.example", -60),
            fetch(5, "future.example", 30),
        ]
    )
    assert read_manners(ledger.connection, now=after(20), robots_since=MONDAY).recently_asked == [
        RecentlyAsked(host="a.example", asked_at=after(12), slowed_at=after(10)),
        RecentlyAsked(host="b.example", asked_at=after(13), slowed_at=None),
    ]


@pytest.mark.parametrize(
    ("changed", "row_count"),
    [
        pytest.param({}, 1, id="the-same"),
        pytest.param({"rules": ("Disallow: /b",)}, 2, id="another-rule"),
        pytest.param({"agent": "newsledger"}, 2, id="another-group"),
        pytest.param({"outcome": "server_error", "reason": "it could not be read"}, 2, id="trouble"),
    ],
)
def test_a_reading_goes_on_until_the_file_reads_otherwise(
    ledger: Ledger, changed: dict[str, object], row_count: int
) -> None:
    first = a_robots_file(rules=("Disallow: /a",), crawl_delay_seconds=2.0, sitemaps=(f"{SITE}/map.xml",))
    second = replace(first, read_at=after(60), run_id="run-2", fetch_id="robots-2", **changed)
    ledger.load(robots_files=[first])
    ledger.load(robots_files=[second])
    rows = ledger.connection.execute("select first_read_at, last_read_at from fct_robots_files order by 1").fetchall()
    expected = [(MONDAY, after(60))] if row_count == 1 else [(MONDAY, MONDAY), (after(60), after(60))]
    assert rows == expected
    (known,) = read_robots_files(ledger.connection, since=after(30))
    assert replace(known, run_id="", fetch_id="") == replace(second, run_id="", fetch_id="")


def test_a_file_that_reads_as_it_did_before_the_last_begins_a_new_row(ledger: Ledger) -> None:
    for minutes, rules in ((0, ("Disallow: /a",)), (60, ()), (120, ("Disallow: /a",))):
        ledger.load(robots_files=[a_robots_file(rules=rules, read_at=after(minutes))])
    rows = ledger.connection.execute("select rules, first_read_at from fct_robots_files order by 2").fetchall()
    assert rows == [(["Disallow: /a"], MONDAY), ([], after(60)), (["Disallow: /a"], after(120))]


def test_a_file_counts_as_long_as_it_may_be_relied_on(ledger: Ledger) -> None:
    other = "https://other.example"
    files: list[RobotsFile] = [a_robots_file(read_at=after(-10)), a_robots_file(other, read_at=after(1))]
    ledger.load(robots_files=files)
    assert [file.origin for file in read_robots_files(ledger.connection, since=MONDAY)] == [other]
