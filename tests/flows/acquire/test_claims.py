"""Which page of a run leads where."""

from __future__ import annotations

from flows.acquire.claims import Claims, Ending
from transforms.outcomes import Outcome


def test_a_key_belongs_to_the_page_that_came_first() -> None:
    claims = Claims(set())
    assert not claims.is_anothers("a", "a")
    assert not claims.is_anothers("b", "a")
    assert claims.is_anothers("b", "b")
    assert not claims.is_anothers("a", "a")  # a second attempt of the same page


def test_an_earlier_runs_article_is_known_and_ends_well() -> None:
    claims = Claims({"old"})
    assert claims.is_known("old")
    assert not claims.is_known("new")
    assert claims.ending_at("old") == Ending()


def test_the_ending_is_found_over_several_pages() -> None:
    claims = Claims(set())
    for page in ("a", "b", "c"):
        claims.is_anothers(page, page)
    claims.end("a", Ending(same_as="b"))
    claims.end("b", Ending(same_as="c"))
    claims.end("c", Ending(outcome=Outcome.ROBOTS, reason="Disallow: /c"))
    assert claims.ending_at("a") == Ending(outcome=Outcome.ROBOTS, reason="Disallow: /c")


def test_a_chain_that_ends_in_an_earlier_runs_article_ends_well() -> None:
    claims = Claims({"old"})
    claims.is_anothers("a", "a")
    claims.end("a", Ending(same_as="old"))
    assert claims.ending_at("a").outcome is None


def test_pages_that_lead_to_each_other_end_in_a_redirect_loop() -> None:
    claims = Claims(set())
    for page, other in (("a", "b"), ("b", "a")):
        claims.is_anothers(page, page)
        claims.end(page, Ending(same_as=other))
    assert claims.ending_at("a").outcome is Outcome.REDIRECT_LOOP


def test_a_page_that_was_not_asked_in_time_is_deferred() -> None:
    claims = Claims(set())
    claims.is_anothers("a", "a")
    assert claims.ending_at("a").outcome is Outcome.DEFERRED
