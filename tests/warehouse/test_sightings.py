from __future__ import annotations

from typing import Any

from tests.factories import FEED, MONDAY, a_listed_entry, a_poll, a_run, a_time, after, an_entry, run_at
from tests.warehouse.conftest import Ledger
from transforms.records import Entry, FeedState

CRANE = an_entry(guid="crane", title="Crane stays", summary="The council keeps it.")
FERRY = an_entry("https://news.example/ferry", guid="ferry", title="Ferry stops", position=1)
ALL = "select entry_key, title, first_seen_at, last_seen_at, is_listed from sightings order by first_seen_at, entry_key"


def listing(minutes: float, *entries: Entry, feed_url: str = FEED) -> dict[str, Any]:
    """The records of a batch in which the feed lists exactly these entries."""
    polled_at = after(minutes)
    return {
        "runs": [a_run(run_at(polled_at))],
        "polls": [a_poll(polled_at, feed_url=feed_url)],
        "entries": [a_listed_entry(entry, feed_url=feed_url, polled_at=polled_at) for entry in entries],
    }


def test_an_entry_that_stays_as_it_is_keeps_one_row_that_nobody_touches(ledger: Ledger) -> None:
    ledger.load(**listing(0, CRANE, FERRY))
    before = ledger.rows("from fct_sightings order by entry_key")
    ledger.load(**listing(60, FERRY, CRANE))
    ledger.load(polls=[a_poll(after(90), result="unchanged")])

    assert ledger.rows("from fct_sightings order by entry_key") == before
    assert ledger.rows(ALL) == [
        ("crane", "Crane stays", MONDAY, after(90), True),
        ("ferry", "Ferry stops", MONDAY, after(90), True),
    ]


def test_an_entry_that_is_no_longer_listed_was_last_seen_by_the_success_before(ledger: Ledger) -> None:
    ledger.load(**listing(0, CRANE, FERRY))
    ledger.load(polls=[a_poll(after(30), result="unchanged")])
    ledger.load(**listing(60, FERRY))

    assert ledger.rows(ALL) == [
        ("crane", "Crane stays", MONDAY, after(30), False),
        ("ferry", "Ferry stops", MONDAY, after(60), True),
    ]


def test_a_new_wording_is_a_new_row_and_its_return_another(ledger: Ledger) -> None:
    reworded = an_entry(guid="crane", title="Crane is saved", summary="The council keeps it.")
    ledger.load(**listing(0, CRANE))
    ledger.load(**listing(30, reworded))
    ledger.load(**listing(60, CRANE))

    assert ledger.rows(ALL) == [
        ("crane", "Crane stays", MONDAY, MONDAY, False),
        ("crane", "Crane is saved", after(30), after(30), False),
        ("crane", "Crane stays", after(60), after(60), True),
    ]


def test_a_failed_poll_ends_no_sighting(ledger: Ledger) -> None:
    ledger.load(**listing(0, CRANE))
    state = FeedState(feed_url=FEED, last_polled_at=after(60), last_success_at=MONDAY, failures=1)
    ledger.load(polls=[a_poll(after(60), result="failed", state=state)])

    assert ledger.rows(ALL) == [("crane", "Crane stays", MONDAY, MONDAY, True)]


def test_an_empty_listing_ends_all_sightings_of_its_feed_and_of_no_other(ledger: Ledger) -> None:
    other_feed = "https://other.example/feed"
    ledger.load(**listing(0, CRANE))
    ledger.load(**listing(1, FERRY, feed_url=other_feed))
    ledger.load(**listing(60))

    assert ledger.rows("select entry_key, is_listed from sightings order by all") == [("crane", False), ("ferry", True)]


def test_an_entry_that_a_document_lists_twice_is_seen_once(ledger: Ledger) -> None:
    ledger.load(**listing(0, CRANE, CRANE))

    assert ledger.values("select count(*) from sightings") == [1]


def test_a_publishers_time_keeps_offset_precision_and_wording(ledger: Ledger) -> None:
    published = a_time(offset_minutes=-300, raw="Mon, 02 Mar 2026 01:00:00 EST")
    unreadable = an_entry("https://news.example/ferry", published_raw="2. Lenzing")
    ledger.load(**listing(0, an_entry(published=published), unreadable))

    assert ledger.rows(
        "select published_at, published_precision, published_offset_minutes, published_raw from sightings order by all"
    ) == [
        (MONDAY, "second", -300, "Mon, 02 Mar 2026 01:00:00 EST"),
        (None, None, None, "2. Lenzing"),
    ]


def test_feeds_are_described_by_their_last_document_and_settings(ledger: Ledger) -> None:
    ledger.load(polls=[a_poll(name="News", title="News of the coast", kind="rss", tags=("local",))])
    failing = FeedState(feed_url=FEED, failures=0.5, last_success_at=MONDAY, next_poll_at=after(60))
    ledger.load(polls=[a_poll(after(30), result="failed", name="Coast", state=failing)])

    assert ledger.rows("select name, title, kind, tags, state, failures, last_success_at from feeds") == [
        ("Coast", "News of the coast", "rss", [], "ok", 0.5, MONDAY)
    ]


def test_an_entry_without_link_is_seen_and_has_no_url_to_ask_for(ledger: Ledger) -> None:
    ledger.load(**listing(0, an_entry(None, guid="notice", title="Closed on Friday")))

    assert ledger.rows("select entry_key, entry_url, article_id from sightings") == [("notice", None, None)]
    assert ledger.rows("from url_status") == []
