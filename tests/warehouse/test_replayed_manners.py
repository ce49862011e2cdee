"""The checks that replay a run's requests: what they find, and what they let pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.factories import FEED, a_fetch, a_poll, a_robots_file, a_run, after, span
from tests.warehouse.conftest import Ledger
from transforms.records import Fetch, ValidatorUse
from warehouse.checks import run_checks

PAGE = "https://news.example/crane"
SECOND = 1 / 60
RULED = {"robots_rule": "allowed by robots.txt"}


def at(seconds: float, **fields: Any) -> Fetch:
    """A request for a page, sent so many seconds after the run's begin, and answered within the second."""
    return a_fetch(f"at-{seconds:g}", **RULED | span(seconds * SECOND) | fields)


def offences(
    ledger: Ledger, *fetches: Fetch, interval: float = 1.0, concurrency: int = 1, rules: Sequence[str] = (), **file: Any
) -> set[str]:
    """The checks that the requests of one run offend; its robots.txt files are read before."""
    run = a_run(per_host_interval=interval, per_host_concurrency=concurrency)
    robots = a_robots_file(rules=tuple(rules), **{"read_at": after(-1)} | file)
    ledger.load(runs=[run], fetches=fetches, robots_files=[robots])
    found = {offence.check for offence in run_checks(ledger.connection)}
    ledger.connection.execute("delete from fct_fetches")  # the fixture wants a sound warehouse
    return found


def refused(seconds: float, minutes: float, **fields: Any) -> Fetch:
    return at(seconds, status=503, retry_after_until=after(minutes), **fields)


@pytest.mark.parametrize(
    ("fetches", "settings", "is_kept"),
    [
        pytest.param([at(0), at(1.3)], {}, True, id="a-second-after-the-answer-began"),
        pytest.param([at(0), at(1.2)], {}, False, id="a-second-after-the-start"),
        pytest.param([at(0, host="paper.news"), at(1.2, host="www.paper.news")], {}, False, id="hosts-of-one-site"),
        pytest.param([at(0), at(1.2, host="other.example")], {}, True, id="another-site"),
        pytest.param([at(0), at(0.7)], {"interval": 0.0}, True, id="no-pause-wanted"),
        pytest.param([at(0), at(0.5)], {"interval": 0.0}, False, id="two-at-once"),
        pytest.param([at(0), at(0.5)], {"interval": 0.5, "concurrency": 2}, True, id="two-places"),
        pytest.param([at(0), at(0.4)], {"interval": 0.5, "concurrency": 2}, False, id="starts-of-two-places"),
        pytest.param([at(0), at(0.1), at(0.2)], {"interval": 0.0, "concurrency": 2}, False, id="three-in-two-places"),
        pytest.param([at(0, answered_at=None), at(1.3)], {}, False, id="without-an-answer-from-its-end"),
        pytest.param([at(0, answered_at=None), at(1.6)], {}, True, id="without-an-answer-kept"),
        pytest.param([at(0, status=429), at(1.3)], {}, False, id="slowed"),
        pytest.param([at(0, status=429), at(2.3)], {}, True, id="slowed-and-kept"),
        pytest.param([at(0, status=429), at(3700), at(3701.3)], {}, True, id="slowed-an-hour-ago"),
    ],
)
def test_pacing_counts_from_the_answer_before(
    ledger: Ledger, fetches: list[Fetch], settings: dict[str, Any], is_kept: bool
) -> None:
    assert offences(ledger, *fetches, **settings) == (set() if is_kept else {"pacing_is_kept"})


@pytest.mark.parametrize(
    ("fetches", "is_kept"),
    [
        pytest.param([at(0), at(9, crawl_delay_seconds=10)], False, id="known-before"),
        pytest.param([at(0), at(10.3, crawl_delay_seconds=10)], True, id="known-and-kept"),
        pytest.param([at(0, purpose="robots", crawl_delay_seconds=10), at(9)], False, id="just-read"),
        pytest.param([at(0), at(2, purpose="robots", crawl_delay_seconds=10)], True, id="not-known-before-it-is-read"),
        pytest.param(
            [at(0, host="paper.news", crawl_delay_seconds=10), at(3, host="www.paper.news")],
            False,
            id="of-another-host",
        ),
        pytest.param([at(0, crawl_delay_seconds=900), at(120.3)], True, id="two-minutes-at-most"),
    ],
)
def test_a_crawl_delay_holds_from_its_reading_on(ledger: Ledger, fetches: list[Fetch], is_kept: bool) -> None:
    assert offences(ledger, *fetches) == (set() if is_kept else {"crawl_delays_are_kept"})


@pytest.mark.parametrize(
    ("fetch", "robots", "is_kept"),
    [
        pytest.param(at(0), {}, True, id="no-rules"),
        pytest.param(at(0), {"rules": ["Disallow: /cr"]}, False, id="forbidden"),
        pytest.param(at(0), {"rules": ["Disallow: /*ane$"]}, False, id="wildcards"),
        pytest.param(at(0), {"rules": ["Disallow: /cran$"]}, True, id="another-end"),
        pytest.param(at(0), {"rules": ["Disallow: /cr", "Allow: /cra"]}, True, id="longer-allow"),
        pytest.param(at(0), {"rules": ["Allow: /cr", "Disallow: /cr"]}, True, id="as-long-allow"),
        pytest.param(at(0, url=f"{PAGE}?a.b"), {"rules": ["Disallow: /crane?a+b"]}, True, id="no-pattern-of-ours"),
        pytest.param(at(0, robots_rule=None), {}, False, id="not-decided"),
        pytest.param(at(0, robots_rule="Disallow: /"), {}, False, id="decided-against"),
        pytest.param(at(0), {"outcome": "server_error", "reason": "503"}, False, id="could-not-be-read"),
        pytest.param(at(0), {"origin": "https://other.example"}, False, id="not-read"),
        pytest.param(at(0), {"read_at": after(1)}, False, id="read-afterwards"),
        pytest.param(at(0), {"read_at": after(-1500)}, False, id="read-long-ago"),
        pytest.param(at(0, purpose="feed"), {"rules": ["Disallow: /"]}, True, id="a-feed-and-all-robots"),
        pytest.param(
            at(0, purpose="feed"), {"agent": "newsledger", "rules": ["Disallow: /"]}, False, id="a-feed-and-newsledger"
        ),
    ],
)
def test_the_rules_are_applied_once_more(ledger: Ledger, fetch: Fetch, robots: dict[str, Any], is_kept: bool) -> None:
    assert offences(ledger, fetch, **robots) == (set() if is_kept else {"robots_are_obeyed"})


def other(seconds: float, **fields: Any) -> Fetch:
    return at(seconds, url="https://news.example/quay", **fields)


@pytest.mark.parametrize(
    ("fetches", "is_kept"),
    [
        pytest.param([refused(0, 10), at(300)], False, id="too-soon"),
        pytest.param([refused(0, 10), at(600)], True, id="in-time"),
        pytest.param([refused(0, 10), other(300)], True, id="another-address"),
        pytest.param([refused(0, 10), refused(3, 10, url=f"{PAGE}/2"), other(300)], False, id="two-close-the-host"),
        pytest.param([refused(0, 10), refused(3, 5, url=f"{PAGE}/2"), other(330)], True, id="until-one-is-over"),
        pytest.param([refused(0, 9000), at(86_410)], True, id="a-day-at-most"),
        pytest.param([at(0, retry_after_until=after(10)), at(300)], True, id="of-an-answer-200"),
    ],
)
def test_the_time_that_a_refusal_names_is_kept(ledger: Ledger, fetches: list[Fetch], is_kept: bool) -> None:
    assert ("retry_after_is_honoured" in offences(ledger, *fetches)) is not is_kept


@pytest.mark.parametrize(
    ("first", "use", "is_kept"),
    [
        pytest.param({"had_validators": True}, "sent", True, id="sent"),
        pytest.param({"had_validators": True}, "none", False, id="left-away"),
        pytest.param({"had_validators": True}, "tested", True, id="tested"),
        pytest.param({"had_validators": True}, "distrusted", True, id="distrusted"),
        pytest.param({"had_validators": False}, "none", True, id="there-were-none"),
        pytest.param({"had_validators": True, "status": 403}, "none", True, id="of-a-refusal"),
        pytest.param({"had_validators": True, "status": 301}, "none", True, id="behind-a-redirect"),
        pytest.param({"had_validators": True, "validator_use": ValidatorUse.TESTED}, "tested", False, id="again"),
    ],
)
def test_a_stored_validator_is_sent(ledger: Ledger, first: dict[str, Any], use: str, is_kept: bool) -> None:
    def feed(minutes: float, **fields: Any) -> Fetch:
        fields = {"url": FEED, "purpose": "feed", "run_id": "run-1" if minutes == 0 else "run-at-60"} | fields
        return a_fetch(f"feed-{minutes}", **span(minutes) | fields)

    for minutes, fields in (
        (0, first),
        (60, {"validator_use": ValidatorUse(use), "was_conditional": use == "sent", "status": 304}),
    ):
        fetch = feed(minutes, **fields)
        run = a_run(fetch.run_id, started_at=after(minutes), per_host_interval=1.0, per_host_concurrency=1)
        ledger.load(runs=[run], polls=[a_poll(after(minutes))], fetches=[fetch])
    found = {offence.check for offence in run_checks(ledger.connection)}
    ledger.connection.execute("delete from fct_fetches")
    assert found == (set() if is_kept else {"validators_are_sent"})


def test_imported_requests_are_no_run_of_ours(ledger: Ledger) -> None:
    ledger.load(runs=[a_run()], fetches=[at(0, robots_rule=None), at(0.1)])
    assert run_checks(ledger.connection) == []
