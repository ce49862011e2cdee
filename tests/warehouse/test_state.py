from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.factories import (
    FEED,
    MONDAY,
    a_listed_entry,
    a_poll,
    a_result,
    a_run,
    a_time,
    after,
    an_article,
    an_entry,
)
from tests.warehouse.conftest import Ledger
from transforms.outcomes import Outcome
from transforms.records import BodySource, DuePage, Entry, FeedGap, FeedHealth, FeedHints, FeedState, Habit
from warehouse.state import plan_pages, read_feed_states, read_known_keys

CRANE = an_entry(guid="crane", published=a_time(after(-60)))
FERRY = an_entry("https://news.example/ferry", guid="ferry", title="Ferry stops", published=a_time(after(-120)))
OTHER_FEED = "https://other.example/feed"


def listing(minutes: float, *entries: Entry, feed_url: str = FEED, **poll: Any) -> dict[str, Any]:
    polled_at = after(minutes)
    return {
        "runs": [a_run()],
        "polls": [a_poll(polled_at, feed_url=feed_url, **poll)],
        "entries": [a_listed_entry(entry, feed_url=feed_url, polled_at=polled_at) for entry in entries],
    }


def planned(
    ledger: Ledger, batch: dict[str, Any], *, now: datetime | None = None, recheck: bool = True
) -> list[DuePage]:
    return plan_pages(ledger.connection, ledger.stage(**batch), now=now or after(60), recheck=recheck)


def urls(pages: list[DuePage]) -> list[tuple[str, str]]:
    return [(page.url_key.removeprefix("news.example/"), page.purpose) for page in pages]


def load_articles(ledger: Ledger, *entries: Entry) -> None:
    """Let the first run list the entries and read all their pages."""
    results = [
        a_result(str(entry.link), entry_key=entry.key, article=an_article(str(entry.link), headline=entry.title))
        for entry in entries
    ]
    ledger.load(**listing(0, *entries), page_results=results)


def test_a_feeds_state_comes_back_as_it_was_left(ledger: Ledger) -> None:
    state = FeedState(
        feed_url=FEED,
        etag='W/"a-1"',
        last_modified="Mon, 02 Mar 2026 05:59:00 GMT",
        body_hash="b",
        entries_hash="e",
        health=FeedHealth.SLOW,
        failures=0.25,
        items_per_day=3.5,
        last_polled_at=MONDAY,
        last_success_at=MONDAY,
        next_poll_at=after(30),
        retry_after_until=after(45),
        habit=Habit(
            hourly_rates=(0.5, 1.5) * 24,
            observed_hours=3.0,
            recent_items=1.0,
            recent_expected=0.5,
            dispersion=2.0,
            window=30,
        ),
        entry_marks=(1, -(2**63)),
        hints=FeedHints(ttl_minutes=60.0, skip_hours=frozenset({0, 23}), skip_days=frozenset({6})),
        gone_since=after(-60),
        not_modified_count=7,
        full_answer_at=after(-30),
        distrusted_until=after(9000),
        adopted_url="https://new.example/feed",
        moved_to="https://newer.example/feed",
        moved_since=after(-90),
        moved_polls=2,
    )
    ledger.load(polls=[a_poll(state=state)])

    assert read_feed_states(ledger.connection) == {FEED: state}


def test_a_gap_between_two_polls_is_kept_with_what_was_likely_missed(ledger: Ledger) -> None:
    gap = FeedGap(since=MONDAY, missed=12)
    ledger.load(polls=[a_poll()])
    ledger.load(polls=[a_poll(after(600), gap=gap)])
    ledger.load(polls=[a_poll(after(610))])

    assert ledger.rows("select feed_url, since, until, missed_estimate from feed_gaps") == [
        (FEED, MONDAY, after(600), 12)
    ]


def test_known_are_the_addresses_that_were_reached(ledger: Ledger) -> None:
    link = "https://go.example/1"
    article = an_article("https://news.example/crane", canonical_url="https://news.example/canonical")
    ledger.load(
        page_results=[
            a_result(link, hops=(link, "https://news.example/hop", "https://news.example/crane"), article=article),
            a_result("https://news.example/list", outcome=Outcome.NOT_ARTICLE),
        ]
    )

    assert read_known_keys(ledger.connection) == {"go.example/1", "news.example/crane"}


def test_the_first_run_plans_all_pages_newest_first_with_their_entries(ledger: Ledger) -> None:
    entry = replace(CRANE, content_html="<p>All of it.</p>", authors=("Ada",), updated_raw="?", summary="Short")
    undated = an_entry("https://news.example/undated")
    (newest, second, third) = planned(ledger, listing(0, FERRY, entry, undated, language="en"))

    assert (newest.url, newest.purpose, newest.failures) == ("https://news.example/undated", "page", 0)
    assert second == DuePage(
        url="https://news.example/crane",
        url_key="news.example/crane",
        feed_url=FEED,
        feed_language="en",
        entry=entry,
    )
    assert third.entry == FERRY


def test_entries_without_link_and_known_urls_are_not_planned(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)

    assert planned(ledger, listing(60, CRANE, an_entry(None, guid="notice"))) == []


def test_a_page_that_two_feeds_list_is_planned_once_for_the_one_with_the_longest_text(ledger: Ledger) -> None:
    batch, other = listing(0, CRANE), listing(0, replace(CRANE, content_html="<p>All</p>"), feed_url=OTHER_FEED)
    both = {name: [*batch[name], *other[name]] for name in ("polls", "entries")}

    (page,) = planned(ledger, both)
    assert (page.feed_url, page.entry and page.entry.content_html) == (OTHER_FEED, "<p>All</p>")


def test_an_address_that_is_only_claimed_as_canonical_is_planned(ledger: Ledger) -> None:
    claimant = an_article("https://news.example/2", canonical_url=CRANE.link)
    ledger.load(page_results=[a_result("https://news.example/2", article=claimant)])

    assert urls(planned(ledger, listing(60, CRANE))) == [("crane", "page")]


@pytest.mark.parametrize(
    ("now", "expected"), [pytest.param(after(59), [], id="not-yet"), pytest.param(after(60), ["ferry"], id="due")]
)
def test_a_page_that_failed_is_planned_when_its_time_has_come(
    ledger: Ledger, now: datetime, expected: list[str]
) -> None:
    failed = a_result(str(FERRY.link), outcome=Outcome.TIMED_OUT, failures=2, next_try_at=after(60))
    ledger.load(**listing(0, FERRY), page_results=[failed])

    pages = planned(ledger, listing(61), now=now)
    assert [page.url_key.removeprefix("news.example/") for page in pages] == expected
    assert [(page.failures, page.entry, page.feed_url) for page in pages] == [(2, FERRY, FEED)] * len(expected)


def test_deferred_pages_come_first_and_rechecks_last(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)
    ledger.load(**listing(10, CRANE, FERRY))
    new = an_entry("https://news.example/new", published=a_time(after(50)))

    batch = listing(60, replace(CRANE, title="Crane is saved"), FERRY, new)
    assert urls(planned(ledger, batch)) == [("ferry", "page"), ("new", "page"), ("crane", "recheck")]


def test_a_recheck_that_a_run_had_no_time_for_comes_before_what_is_new(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)
    ledger.load(**listing(10, CRANE))
    ledger.load(**listing(20, replace(CRANE, title="Crane is saved")))
    left_out = a_result(str(CRANE.link), at=after(21), purpose="recheck", stage="plan", outcome=Outcome.DEFERRED)
    ledger.load(page_results=[left_out])

    assert urls(planned(ledger, listing(60, CRANE, FERRY))) == [("crane", "recheck"), ("ferry", "page")]


def test_of_deferred_pages_the_longest_waiting_come_first_and_of_one_run_the_newest(ledger: Ledger) -> None:
    early, late, newest = (
        an_entry(f"https://news.example/{name}", published=a_time(after(minutes)))
        for name, minutes in (("early", -90), ("late", -30), ("newest", -10))
    )
    ledger.load(**listing(0, early))
    ledger.load(**listing(10, early, late, newest))
    left_out = [
        a_result(str(entry.link), at=after(12), stage="plan", outcome=Outcome.DEFERRED)
        for entry in (early, late, newest)
    ]
    ledger.load(page_results=left_out)

    assert [name for name, _ in urls(planned(ledger, {}))] == ["early", "newest", "late"]


def test_a_due_page_that_no_feed_lists_is_planned_without_an_entry(ledger: Ledger) -> None:
    ledger.load(page_results=[a_result(outcome=Outcome.TIMED_OUT, next_try_at=after(1), feed_url=None)])

    (page,) = planned(ledger, {})
    assert (page.url, page.entry, page.feed_url) == ("https://news.example/crane", None, None)


def test_the_page_behind_a_stand_in_is_planned_again(ledger: Ledger) -> None:
    stand_in = an_article(str(FERRY.link), headline="Ferry", body_source=BodySource.FEED)
    result = a_result(str(FERRY.link), article=stand_in, next_try_at=after(30), failures=1)
    ledger.load(**listing(0, FERRY), page_results=[result])

    assert urls(planned(ledger, listing(60, FERRY))) == [("ferry", "page")]


def test_a_recheck_that_failed_is_planned_again_until_it_succeeds(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)
    reworded = listing(20, replace(CRANE, title="Crane is saved"))
    failed = a_result(outcome=Outcome.TIMED_OUT, failures=1, next_try_at=after(50), at=after(21), purpose="recheck")
    ledger.load(**reworded, page_results=[failed])
    assert planned(ledger, {}, now=after(49)) == []
    assert urls(planned(ledger, {})) == [("crane", "recheck")]
    assert planned(ledger, {}, recheck=False) == []

    ledger.load(page_results=[a_result(at=after(70), purpose="recheck")])
    assert planned(ledger, {}, now=after(9999)) == []


@pytest.mark.parametrize(
    "listed",
    [pytest.param([replace(CRANE, title="Crane is saved"), FERRY], id="changed"), pytest.param([FERRY], id="removed")],
)
def test_a_recheck_is_due_until_it_has_a_result_though_its_run_ended_before(
    ledger: Ledger, listed: list[Entry]
) -> None:
    load_articles(ledger, CRANE, FERRY)
    ledger.load(**listing(60, *listed))

    assert urls(planned(ledger, listing(120, *listed))) == [("crane", "recheck")]
    assert planned(ledger, {}, recheck=False) == []
    ledger.load(page_results=[a_result(purpose="recheck", at=after(121))])
    assert planned(ledger, listing(180, *listed), now=after(9999)) == []


def test_a_recheck_in_the_run_that_learnt_of_it_is_not_planned_again(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)
    reworded = replace(CRANE, title="Crane is saved")
    ledger.load(**listing(60, reworded))
    ledger.load(page_results=[a_result(purpose="recheck", at=after(61), run_id="run-at-60")])

    assert planned(ledger, listing(120, reworded), now=after(9999)) == []
    assert ledger.values("select next_try_at from url_status") == [None]


def test_a_recheck_at_an_address_that_no_feed_listed_is_due_until_it_has_a_result(ledger: Ledger) -> None:
    link = "https://go.example/1"
    entry = an_entry(link, guid="crane")
    ledger.load(**listing(0, entry), page_results=[a_result(link, hops=(link, "https://news.example/crane"))])
    ledger.load(**listing(60, replace(entry, title="Crane is saved")))

    (page,) = planned(ledger, {})
    assert (page.url, page.purpose) == ("https://news.example/crane", "recheck")
    assert (page.feed_url, page.entry) == (FEED, replace(entry, title="Crane is saved"))
    assert ledger.rows("select url_key, outcome from url_status order by all") == [
        ("go.example/1", "loaded"),
        ("news.example/crane", "duplicate"),
    ]
    ledger.load(page_results=[a_result(purpose="recheck", at=after(61))])
    assert planned(ledger, {}, now=after(9999)) == []


def test_a_page_is_planned_with_the_other_addresses_that_its_feed_listed_under_its_guid(ledger: Ledger) -> None:
    moved = replace(CRANE, link="https://news.example/2")
    """Of the same feed: what another one lists under the guid does not count."""
    ledger.load(**listing(0, CRANE, FERRY))
    ledger.load(**listing(10, replace(CRANE, link="https://news.example/3"), feed_url=OTHER_FEED))
    assert [page.guid_keys for page in planned(ledger, listing(20, moved)) if page.url == moved.link] == [
        ("news.example/crane",)
    ]
    ledger.load()
    assert {page.url_key: page.guid_keys for page in planned(ledger, {})} == {
        "news.example/2": ("news.example/crane",),
        "news.example/crane": ("news.example/2",),
        "news.example/3": (),
        "news.example/ferry": (),
    }


def test_a_guid_that_names_no_entry_or_is_not_trusted_brings_no_other_address(ledger: Ledger) -> None:
    by_link = replace(CRANE, key="news.example/crane")
    ledger.load(**listing(0, by_link, FERRY))
    moved = [replace(entry, link=f"{entry.link}-2") for entry in (by_link, FERRY)]
    ledger.connection.execute(
        "insert into ops.guid_trust select feed_id, 'collides', '', first_polled_at, [], 1 from dim_feeds"
    )

    assert {page.guid_keys for page in planned(ledger, listing(20, *moved))} == {()}


def test_an_announced_recheck_does_not_wait_for_the_next_try_of_one_that_failed(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)
    failed = {"outcome": Outcome.TIMED_OUT, "failures": 3, "next_try_at": after(900), "purpose": "recheck"}
    ledger.load(page_results=[a_result(at=after(10), **failed)])
    ledger.load(**listing(60, replace(CRANE, title="Crane is saved")))

    assert [(page.url_key, page.failures) for page in planned(ledger, {})] == [("news.example/crane", 0)]


def test_the_page_behind_a_stand_in_is_tried_again_though_nothing_is_rechecked(ledger: Ledger) -> None:
    stand_in = an_article(str(FERRY.link), headline="Ferry", body_source=BodySource.FEED)
    result = a_result(str(FERRY.link), article=stand_in, next_try_at=after(90), failures=1)
    ledger.load(**listing(0, FERRY), page_results=[result])
    ledger.load(**listing(60, replace(FERRY, title="Ferry stops today")))

    assert urls(planned(ledger, {}, now=after(90), recheck=False)) == [("ferry", "page")]


def test_an_announced_stand_in_that_no_page_is_tried_for_is_a_recheck(ledger: Ledger) -> None:
    stand_in = an_article(str(FERRY.link), headline="Ferry", body_source=BodySource.FEED)
    ledger.load(**listing(0, FERRY), page_results=[a_result(str(FERRY.link), article=stand_in)])
    ledger.load(**listing(60, replace(FERRY, title="Ferry stops today")))

    assert urls(planned(ledger, {})) == [("ferry", "recheck")]
    assert planned(ledger, {}, recheck=False) == []


def test_what_no_run_asked_for_yet_is_due_in_a_replay_that_starts_at_the_same_time(ledger: Ledger) -> None:
    load_articles(ledger, CRANE)
    ledger.load(**listing(60, replace(CRANE, title="Crane is saved"), FERRY))

    assert urls(planned(ledger, {}, now=after(59))) == [("ferry", "page"), ("crane", "recheck")]


@pytest.mark.parametrize(
    ("change", "is_planned"),
    [
        pytest.param({"title": "Crane is saved"}, True, id="title"),
        pytest.param({"summary": "New."}, True, id="summary"),
        pytest.param({"updated": a_time(after(30))}, True, id="updated-time"),
        pytest.param({"position": 7}, False, id="position"),
        pytest.param({"categories": ("harbour",)}, False, id="categories"),
    ],
)
def test_an_article_is_rechecked_when_its_entry_says_something_else(
    ledger: Ledger, change: dict[str, Any], is_planned: bool
) -> None:
    load_articles(ledger, CRANE)
    batch = listing(60, replace(CRANE, **change))

    assert urls(planned(ledger, batch)) == ([("crane", "recheck")] if is_planned else [])
    assert planned(ledger, batch, recheck=False) == []


@pytest.mark.parametrize(
    ("listed", "is_planned"),
    [
        pytest.param([FERRY], True, id="taken-out-while-an-older-one-stays"),
        pytest.param([], False, id="an-empty-listing"),
        pytest.param(
            [an_entry("https://news.example/new", published=a_time(after(30)))], False, id="rolled-out-by-a-newer-one"
        ),
        pytest.param([FERRY, replace(CRANE, key="other", guid="other")], False, id="listed-under-another-guid"),
    ],
)
def test_an_article_is_rechecked_when_its_entry_was_taken_out_and_not_when_it_rolled_out(
    ledger: Ledger, listed: list[Entry], is_planned: bool
) -> None:
    load_articles(ledger, CRANE, FERRY)
    pages = [page for page in planned(ledger, listing(60, *listed)) if page.purpose == "recheck"]

    assert urls(pages) == ([("crane", "recheck")] if is_planned else [])


def test_an_article_that_another_feed_still_lists_was_not_taken_out(ledger: Ledger) -> None:
    load_articles(ledger, CRANE, FERRY)
    ledger.load(**listing(1, CRANE, feed_url=OTHER_FEED))

    assert planned(ledger, listing(60, FERRY)) == []


def test_an_article_that_is_gone_is_rechecked_only_when_it_is_listed_anew(ledger: Ledger) -> None:
    load_articles(ledger, CRANE, FERRY)
    ledger.load(page_results=[a_result(outcome=Outcome.GONE, purpose="recheck", at=after(10), run_id="run-2")])

    assert planned(ledger, listing(60, FERRY)) == []
    ledger.load(**listing(70, FERRY))
    assert urls(planned(ledger, listing(80, CRANE, FERRY))) == [("crane", "recheck")]


def test_a_recheck_asks_the_address_where_the_article_was_last_read(ledger: Ledger) -> None:
    link = "https://go.example/1"
    entry = an_entry(link, guid="crane")
    ledger.load(**listing(0, entry), page_results=[a_result(link, hops=(link, "https://news.example/crane"))])

    (page,) = planned(ledger, listing(60, replace(entry, title="Crane is saved")))
    assert (page.url, page.entry and page.entry.link) == ("https://news.example/crane", link)


@pytest.mark.parametrize(
    ("next_poll_at", "error_class", "state"),
    [
        pytest.param(after(30), None, "ok", id="followed"),
        pytest.param(None, None, "witness", id="asked-after-a-gap"),
        pytest.param(None, "robots", "witness", id="asked-after-a-gap-in-vain"),
        pytest.param(None, "suppressed", "ok", id="suppressed"),
    ],
)
def test_a_witness_that_nobody_subscribed_to_is_told_from_feeds(
    ledger: Ledger, next_poll_at: datetime | None, error_class: str | None, state: str
) -> None:
    poll = a_poll()
    ledger.load(polls=[replace(poll, error_class=error_class, state=replace(poll.state, next_poll_at=next_poll_at))])
    assert ledger.rows("select state from feeds") == [(state,)]
