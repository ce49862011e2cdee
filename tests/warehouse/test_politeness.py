"""The account for a publisher, and its page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.cli.politeness import conduct_lines
from tests.factories import FEED, a_fetch, a_listed_entry, a_poll, a_result, a_robots_file, a_run, after, an_entry, span
from tests.warehouse.conftest import Ledger
from transforms.outcomes import Outcome
from transforms.records import Fetch, ValidatorUse
from warehouse.politeness import Conduct, find_conduct, near_hosts

RULES = tuple(f"Disallow: /{number}" for number in range(20))


def page(number: int, minutes: float, **fields: object) -> Fetch:
    fields = {"robots_rule": "allowed by robots.txt", "content_hash": "a", "bytes": 1500} | fields
    return a_fetch(f"page-{number}", **span(minutes) | fields)


@pytest.fixture
def conduct(ledger: Ledger) -> Conduct:
    """Two polls, three readings of one page, a refusal, and a robots.txt; another site beside it."""
    waits = {"status": 503, "retry_after_until": after(90), "url": "https://news.example/quay", "content_hash": None}
    feed = {"url": FEED, "purpose": "feed", "had_validators": True}
    sent = {"was_conditional": True, "validator_use": ValidatorUse.SENT, "status": 304}
    refused = a_result(
        "https://news.example/quay", at=after(4), outcome=Outcome.SERVER_ERROR, failures=1, next_try_at=after(95)
    )
    ledger.load(
        runs=[a_run(per_host_interval=1.0, per_host_concurrency=1)],
        polls=[a_poll()],
        entries=[a_listed_entry(an_entry()), a_listed_entry(an_entry("https://news.example/quay", position=1))],
        fetches=[
            a_fetch("feed-1", **span(0) | feed),
            a_fetch("robots", purpose="robots", url="https://news.example/robots.txt", **span(1)),
            page(1, 2),
            page(2, 2.5, content_hash="b"),
            page(3, 3, **waits),
            page(4, 5, host="other.example", url="https://other.example/a", robots_rule="no robots.txt"),
        ],
        robots_files=[
            a_robots_file(read_at=after(1), rules=RULES, crawl_delay_seconds=5.0),
            a_robots_file("https://other.example", read_at=after(1), agent=None, reason="no robots.txt (404)"),
        ],
        page_results=[a_result(), refused],
    )
    run = a_run("run-at-60", started_at=after(60), per_host_interval=1.0, per_host_concurrency=1)
    fetches = [a_fetch("feed-2", run_id="run-at-60", **span(60) | feed | sent), page(5, 61, run_id="run-at-60")]
    ledger.load(runs=[run], polls=[a_poll(after(60))], fetches=fetches)
    ledger.load(fetches=[page(6, 62, run_id="run-at-60")])
    found = find_conduct(ledger.connection, "news.example")
    assert found is not None
    return found


def test_the_account_adds_up(conduct: Conduct) -> None:
    counted = ("request_count", "feed_count", "conditional_count", "not_modified_count", "unavailable_count")
    assert [conduct.totals[name] for name in counted] == [8, 2, 1, 1, 1]
    assert (conduct.totals["page_answer_count"], conduct.totals["unchanged_page_count"]) == (4, 1)
    assert [(row["host"], row["request_count"]) for row in conduct.hosts] == [("news.example", 8)]
    assert conduct.pacing["smallest_seconds"] == pytest.approx(30)
    assert (conduct.pacing["most_in_flight"], conduct.pacing["set_interval_seconds"]) == (1, 1.0)
    (day,) = conduct.days
    assert (day["feed_count"], day["page_count"], day["other_count"]) == (2, 5, 1)
    assert (day["ok_count"], day["not_modified_count"], day["server_error_count"]) == (6, 1, 1)
    (refusal,) = conduct.refusals
    assert (refusal["retry_after_until"], refusal["asked_next_at"]) == (after(90), None)
    assert [row["purpose"] for row in conduct.planned] == ["feed", "page"]
    assert [file["origin"] for file in conduct.robots_files] == ["https://news.example"]


def test_its_page_says_it_in_eighty_columns(conduct: Conduct) -> None:
    lines = list(conduct_lines(conduct, agent="newsledger/1 (+mailto:desk@paper.news)", has_contact=True))
    text = "\n".join(lines)
    assert [line for line in lines if len(line) > 80 and "http" not in line] == []
    assert "Requests by day" in lines
    for said in (
        "8 requests, 2026-03-02 06:00 to 2026-03-02 07:02, 8 kB: news.example (8)",
        "User-Agent: newsledger/1 (+mailto:desk@paper.news)",
        "Set by the latest run: 1 s between two requests to the domain, 1 request at once.",
        "Kept on the days below: 30.00 s from start to start at least",
        "obeyed is the group for * (pages; no group names newsledger)",
        "    Disallow: /11\n    … and 8 lines more",
        "1 of 2 feed requests were conditional (50%), 1 were answered 304",
        "1 of 4 pages that came were read before and unchanged",
        "503, wait until 2026-03-02 07:30:00; asked again not yet",
        "newsledger forget",
    ):
        assert said in " ".join(text.split()) or said in text


def told(ledger: Ledger, host: str = "news.example") -> str:
    """The page in one line."""
    found = find_conduct(ledger.connection, host)
    assert found is not None
    return " ".join(" ".join(conduct_lines(found, agent="newsledger/1", has_contact=True)).split())


def test_a_wait_of_days_is_kept_for_one_and_said_so(ledger: Ledger) -> None:
    ledger.load(fetches=[page(1, 0, status=429, ended_at=after(0), retry_after_until=after(2 * 24 * 60))])
    text = told(ledger)
    assert "429, wait until 2026-03-03 06:00:00 (named was 2026-03-04 06:00:00; kept is a day at most)" in text
    assert "a Retry-After with an answer 429 or 503 (a day at most)" in text


def test_a_crawl_delay_counts_from_when_it_is_asked_for_to_when_it_is_withdrawn(ledger: Ledger) -> None:
    read = {"purpose": "robots", "url": "https://news.example/robots.txt"}
    for day, delay in enumerate((None, 5.0, None)):
        at = day * 24 * 60
        ledger.load(
            fetches=[a_fetch(f"robots-{day}", crawl_delay_seconds=delay, **span(at), **read)],
            robots_files=[a_robots_file(read_at=after(at), crawl_delay_seconds=delay)],
        )
        assert ("robots.txt asks for 5 s (Crawl-delay; it reads so since 2026-03-03 06:00)." in told(ledger)) == (
            delay is not None
        )


def test_a_feed_that_moved_is_planned_at_its_new_site_once(ledger: Ledger) -> None:
    moved_to = "https://www.new.example/feed"
    polls = []
    for number in (1, 2):
        url = f"https://old.example/{number}.xml"
        poll = a_poll(after(number), feed_url=url)
        polls.append(replace(poll, state=replace(poll.state, adopted_url=moved_to)))
    asked = [
        a_fetch("feed-1", purpose="feed", url=moved_to, host="www.new.example", **span(1)),
        a_fetch("feed-2", purpose="feed", url="https://old.example/1.xml", host="old.example", **span(0)),
    ]
    ledger.load(polls=polls, fetches=asked)
    assert "By the first run after each of these times: 2026-03-02 06:31 feed https://www.new.example/feed For" in told(
        ledger, "new.example"
    )
    assert "Nothing is planned." in told(ledger, "old.example")


@pytest.mark.parametrize(
    ("agent", "planned"),
    [
        pytest.param("newsledger", f"only robots.txt: while it says “Disallow: /”, not feed {FEED}", id="us"),
        pytest.param("*", f"feed {FEED}", id="all"),
    ],
)
def test_what_robots_txt_forbids_is_not_planned_while_it_does(ledger: Ledger, agent: str, planned: str) -> None:
    closed = a_robots_file(agent=agent, rules=("Disallow: /",))
    ledger.load(polls=[a_poll()], fetches=[a_fetch("feed-1", purpose="feed", url=FEED)], robots_files=[closed])
    assert f"2026-03-02 06:30 {planned} For more" in told(ledger)


@pytest.fixture
def eight_days(ledger: Ledger) -> str:
    """The page after a run a day with two requests each: a careless one, a quick one, then six as they are set now."""
    runs, fetches = [], []
    for day, pause in enumerate((0.0, 0.2, *[0.5] * 6)):
        run = a_run(f"run-{day}", started_at=after(day * 24 * 60), per_host_interval=pause, per_host_concurrency=1)
        runs.append(run)
        for number in range(2):
            at = day * 24 * 60 + number * (pause + 1) / 60
            fetches.append(a_fetch(f"{day}-{number}", purpose="robots", run_id=run.run_id, **span(at)))
    ledger.load(runs=runs, fetches=fetches)
    return told(ledger)


def test_the_pause_is_that_of_the_latest_run_and_of_the_days_shown(eight_days: str) -> None:
    assert "Set by the latest run: 0.5 s between two requests to the domain, 1 request at once." in eight_days
    assert "Set by all runs of the days below: 0.2 to 0.5 s, 1 request at once at most." in eight_days
    assert "Kept on the days below: 1.20 s from start to start at least, 1.50 s in the median" in eight_days


def test_the_table_says_which_days_it_has_and_what_its_columns_are(eight_days: str) -> None:
    assert "Requests by day: the latest 7 days with any, 14 of 16 requests day feeds pages again other" in eight_days
    assert "again: pages read anew; other: robots.txt and sitemaps; none: no answer came What was" in eight_days


def test_a_suppressed_site_is_asked_nothing_more(ledger: Ledger) -> None:
    ledger.load(fetches=[page(1, 0)])
    ledger.connection.execute(
        """insert into ops.suppressions values
        ('site', 'news.example', 'news.example', null, 'On request.', now(), null, 'run-1', 1)"""
    )
    found = find_conduct(ledger.connection, "news.example")
    assert found is not None
    lines = list(conduct_lines(found, agent="newsledger/1", has_contact=False))
    assert "  Nothing is asked any more: On request." in lines
    assert any("No contact is set" in line for line in lines)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        pytest.param("new.example", ["news.example"], id="misspelt"),
        pytest.param("qqqq.tld", [], id="nothing-like-it"),
    ],
)
def test_a_host_that_was_not_asked_is_unknown(ledger: Ledger, host: str, near: list[str]) -> None:
    ledger.load(fetches=[page(1, 0)])
    assert find_conduct(ledger.connection, host) is None
    assert near_hosts(ledger.connection, host) == near
