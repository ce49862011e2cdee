"""Which feeds' guids are believed, by what they listed and where it led."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories import FEED, a_listed_entry, a_poll, a_result, a_run, after, an_article, an_entry, paragraphs
from tests.warehouse.conftest import Ledger
from transforms.records import Entry, GuidTrust
from warehouse.state import read_feed_states

LINKS = tuple(f"https://news.example/{number}" for number in range(20))


def entries(*guids: str, start: int = 0) -> list[Entry]:
    """Entries with these guids, for the links in their order."""
    listed = [an_entry(link, guid=guid) for link, guid in zip(LINKS[start:], guids, strict=False)]
    return [replace(entry, key=f"{entry.link}") if guids.count(str(entry.guid)) > 1 else entry for entry in listed]


def listing(minutes: float, listed: list[Entry]) -> dict[str, object]:
    return {
        "runs": [a_run(f"run-at-{minutes:g}")],
        "polls": [a_poll(after(minutes), run_id=f"run-at-{minutes:g}")],
        "entries": [a_listed_entry(entry, polled_at=after(minutes)) for entry in listed],
    }


def trust(ledger: Ledger) -> GuidTrust:
    return read_feed_states(ledger.connection)[FEED].guid_trust


def named(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(named("a", 5), named("a", 5), "trusted", id="guids-stay"),
        pytest.param(named("a", 5), named("b", 5), "churns", id="all-links-under-new-guids"),
        pytest.param(named("a", 15), [*named("b", 3), *named("a", 15)[3:]], "churns", id="a-fifth-of-the-links"),
        pytest.param(named("a", 16), [*named("b", 3), *named("a", 16)[3:]], "trusted", id="fewer-than-a-fifth"),
        pytest.param(named("a", 2), named("b", 2), "trusted", id="fewer-than-three-links"),
        pytest.param(["a", "a", "b", "b"], [], "collides", id="two-guids-for-two-links-each"),
        pytest.param(["a", "a", "a", "b"], [], "collides", id="one-guid-for-three-links"),
        pytest.param(["a", "a", "b", "c"], [], "trusted", id="one-guid-for-two-links"),
        pytest.param(["a", "a"], ["x", "y", "y"], "collides", id="a-second-guid-in-a-later-document"),
    ],
)
def test_a_listing_tells_whether_guids_name_entries(
    ledger: Ledger, first: list[str], second: list[str], expected: str
) -> None:
    ledger.load(**listing(0, entries(*first)))
    if second:
        ledger.load(**listing(60, entries(*second)))

    assert trust(ledger) == expected
    assert ledger.values("select guid_trust from feeds") == [expected]
    reasons = ledger.values("select reason from ops.guid_trust where trust <> 'trusted'")
    assert len(reasons) == (expected != "trusted")


def test_a_feed_whose_guids_churned_once_is_not_trusted_again(ledger: Ledger) -> None:
    for minutes, prefix in ((0, "a"), (60, "b"), (120, "b"), (180, "b")):
        ledger.load(**listing(minutes, entries(*named(prefix, 4))))

    assert trust(ledger) == "churns"
    assert ledger.values("select decided_at from ops.guid_trust") == [after(60)]


@pytest.mark.parametrize(
    ("reused", "expected"), [pytest.param(1, "trusted", id="one"), pytest.param(2, "collides", id="two")]
)
def test_guids_whose_links_lead_to_different_articles_collide(ledger: Ledger, reused: int, expected: str) -> None:
    def reading(number: int, minutes: float, guid: str, *guid_keys: str) -> object:
        article = an_article(headline=f"Story {number}", paragraphs=paragraphs(f"Text of story {number}."))
        return a_result(LINKS[number], at=after(minutes), entry_key=guid, guid_keys=guid_keys, article=article)

    ledger.load(**listing(0, entries("a", "b")), page_results=[reading(0, 5, "a"), reading(1, 5, "b")])
    for number, guid in enumerate("ab"[:reused]):
        ledger.load(page_results=[reading(number + 5, 65, guid, f"news.example/{number}")])

    assert trust(ledger) == expected
    assert len(ledger.rows("from articles")) == 2 + reused
