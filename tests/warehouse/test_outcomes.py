from __future__ import annotations

from typing import Any

import pytest

from tests.factories import MONDAY, a_listed_entry, a_poll, a_result, a_run, after, an_article, an_entry, paragraphs
from tests.warehouse.conftest import Ledger
from transforms.outcomes import Outcome
from transforms.records import BodySource

CRANE = "https://news.example/crane"
STATUS = (
    "select outcome, since, last_tried_at, next_try_at, failures from url_status where url_key = 'news.example/crane'"
)
HISTORY = """select run_id, stage, outcome from outcomes where url_key = 'news.example/crane' order by "at", stage"""


def poll_batch(run_id: str = "run-1", minutes: float = 0) -> dict[str, Any]:
    return {
        "runs": [a_run(run_id)],
        "polls": [a_poll(after(minutes), run_id=run_id)],
        "entries": [a_listed_entry(an_entry(CRANE, guid="crane"), polled_at=after(minutes))],
    }


def refusal(outcome: Outcome, minutes: float, **fields: Any) -> Any:
    return a_result(CRANE, outcome=outcome, at=after(minutes), stage="fetch", reason="As the server said.", **fields)


def test_a_listed_url_that_was_not_asked_for_is_deferred_and_due(ledger: Ledger) -> None:
    ledger.load(**poll_batch())

    assert ledger.rows(STATUS) == [("deferred", MONDAY, None, MONDAY, 0)]
    assert ledger.rows(HISTORY) == [("run-1", "plan", "deferred")]


@pytest.mark.parametrize("loads", [1, 2])
def test_a_url_that_its_own_run_asked_for_was_never_deferred(ledger: Ledger, loads: int) -> None:
    (ledger.load if loads == 2 else ledger.stage)(**poll_batch())
    ledger.load(page_results=[a_result(CRANE, at=after(5))])

    assert ledger.rows(STATUS) == [("loaded", after(5), after(5), None, 0)]
    assert ledger.rows(HISTORY) == [("run-1", "extract", "loaded")]


def test_a_url_deferred_by_one_run_and_read_by_the_next_has_both_in_its_history(ledger: Ledger) -> None:
    ledger.load(**poll_batch())
    ledger.load(runs=[a_run("run-2")], page_results=[a_result(CRANE, run_id="run-2", at=after(60))])

    assert ledger.rows(HISTORY) == [("run-1", "plan", "deferred"), ("run-2", "extract", "loaded")]
    assert ledger.values("select first_seen_at from articles") == [MONDAY]


def test_an_outcome_that_repeats_keeps_the_time_since_when_it_holds(ledger: Ledger) -> None:
    for run, minutes in enumerate((10, 60, 120)):
        ledger.load(
            page_results=[
                refusal(
                    Outcome.TIMED_OUT, minutes, run_id=f"run-{run}", failures=run + 1, next_try_at=after(minutes + 30)
                )
            ]
        )
    assert ledger.rows(STATUS) == [("timed_out", after(10), after(120), after(150), 3)]

    ledger.load(page_results=[refusal(Outcome.NOT_FOUND, 180, run_id="run-9")])
    assert ledger.rows(STATUS) == [("not_found", after(180), after(180), None, 0)]


def test_trouble_with_a_recheck_leaves_the_article_an_article(ledger: Ledger) -> None:
    ledger.load(page_results=[a_result(CRANE, at=after(5))])
    ledger.load(page_results=[refusal(Outcome.SERVER_ERROR, 60, purpose="recheck", run_id="run-2")])

    assert ledger.rows(STATUS) == [("loaded", after(5), after(60), None, 0)]
    assert ledger.values("select outcome from outcomes where run_id = 'run-2'") == ["server_error"]
    assert ledger.values("select is_live from articles") == [True]


def test_a_stand_in_keeps_the_time_of_the_next_attempt_at_the_page(ledger: Ledger) -> None:
    stand_in = an_article(CRANE, body_source=BodySource.FEED)
    ledger.load(page_results=[refusal(Outcome.TIMED_OUT, 5, article=stand_in, next_try_at=after(65), failures=1)])
    assert ledger.rows(STATUS) == [("timed_out", after(5), after(5), after(65), 1)]

    again = refusal(Outcome.BLOCKED, 70, next_try_at=after(200), failures=2, run_id="run-2")
    ledger.load(page_results=[again])
    assert ledger.rows(STATUS) == [("blocked", after(70), after(70), after(200), 2)]


@pytest.mark.parametrize(
    ("again", "outcome", "source"),
    [
        pytest.param({"outcome": Outcome.DEFERRED, "stage": "fetch"}, "timed_out", "feed", id="not-tried-this-time"),
        pytest.param({"outcome": Outcome.NOT_FOUND, "stage": "fetch"}, "not_found", "feed", id="not-found"),
        pytest.param({"article": an_article(CRANE)}, "loaded", "page", id="the-page"),
    ],
)
def test_what_a_later_run_says_of_a_page_with_a_stand_in(
    ledger: Ledger, again: dict[str, Any], outcome: str, source: str
) -> None:
    stand_in = an_article(CRANE, body_source=BodySource.FEED, paragraphs=paragraphs("The feed's own text."))
    ledger.load(page_results=[refusal(Outcome.TIMED_OUT, 5, article=stand_in)])
    ledger.load(page_results=[a_result(CRANE, **{"article": None, "at": after(70), "run_id": "run-2", **again})])
    assert ledger.rows("select outcome, body_source from url_status join articles using (article_id)") == [
        (outcome, source)
    ]
    assert ledger.values("select version_count from articles") == [1]


def test_a_listed_address_of_a_known_article_is_a_duplicate_without_being_asked_for(ledger: Ledger) -> None:
    link = "https://go.example/1"
    ledger.load(page_results=[a_result(link, hops=(link, CRANE))])
    ledger.load(**poll_batch("run-2", 60))

    assert ledger.rows(STATUS) == [("duplicate", after(60), None, None, 0)]
    assert ledger.rows(HISTORY) == [("run-2", "plan", "duplicate")]


def test_a_deferred_url_that_another_leads_to_is_settled(ledger: Ledger) -> None:
    link = "https://go.example/1"
    ledger.load(**poll_batch())
    ledger.load(page_results=[a_result(link, hops=(link, CRANE), run_id="run-2", at=after(60))])

    assert ledger.rows(STATUS) == [("duplicate", after(60), None, None, 0)]
    assert ledger.rows(HISTORY) == [("run-1", "plan", "deferred"), ("run-2", "plan", "duplicate")]


def test_an_address_that_a_page_only_claims_is_still_to_be_asked_for(ledger: Ledger) -> None:
    other = an_article("https://news.example/2", canonical_url=CRANE, paragraphs=paragraphs("Other."), headline="Other")
    ledger.load(page_results=[a_result("https://news.example/2", article=other)])
    ledger.load(**poll_batch("run-2", 60))

    assert ledger.rows(STATUS) == [("deferred", after(60), None, after(60), 0)]


def test_runs_count_their_outcomes(ledger: Ledger) -> None:
    ledger.load(**poll_batch(), page_results=[a_result(CRANE), refusal(Outcome.ROBOTS, 6, url_key="news.example/x")])
    ledger.load(runs=[a_run(ended_at=after(9))])

    (run,) = ledger.dicts("from runs")
    assert (run["loaded_count"], run["url_count"], run["ended_at"]) == (1, 2, after(9))
    assert run["outcomes"] == {"loaded": 1, "robots": 1}


def test_the_start_of_a_run_that_is_loaded_late_does_not_reopen_it(ledger: Ledger) -> None:
    ledger.load(runs=[a_run(ended_at=after(9))])
    ledger.load(runs=[a_run()])

    assert ledger.values("select ended_at from runs") == [after(9)]
