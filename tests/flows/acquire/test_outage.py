"""Whether trouble is a publisher's or our own network's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.acquire.outage import without_own_trouble
from flows.acquire.poll import PollOutcome
from transforms.cadence import after_failure
from transforms.outcomes import Outcome
from transforms.records import FeedHealth, FeedState, Poll

NOW = datetime(2026, 10, 16, 9, 0, tzinfo=UTC)


def known(number: int, *, failures: float = 0.0) -> FeedState:
    earlier = NOW - timedelta(hours=1)
    return FeedState(
        feed_url=f"https://paper{number}.news/rss",
        failures=failures,
        health=FeedHealth.FAILING if failures else FeedHealth.OK,
        last_polled_at=earlier,
        last_success_at=earlier,
    )


def polled(state: FeedState, outcome: Outcome | None) -> PollOutcome:
    poll = Poll(
        run_id="run",
        feed_url=state.feed_url,
        polled_at=NOW,
        result="failed" if outcome else "unchanged",
        reason="",
        state=after_failure(state, now=NOW, outcome=outcome) if outcome else state,
        error_class=outcome and str(outcome),
    )
    return PollOutcome(poll=poll, fetches=())


@pytest.mark.parametrize(
    ("outcomes", "failures_before", "is_ours"),
    [
        pytest.param([Outcome.TIMED_OUT] * 3 + [None] * 2, 0.0, True, id="over-half"),
        pytest.param([Outcome.TIMED_OUT] * 3 + [None] * 3, 0.0, False, id="half"),
        pytest.param([Outcome.BAD_CONTENT] * 3, 0.0, True, id="a-hotels-sign-in-page"),
        pytest.param([Outcome.NOT_FOUND] * 4, 0.0, False, id="publishers-words"),
        pytest.param([Outcome.TIMED_OUT] * 2, 0.0, False, id="two-sites"),
        pytest.param([Outcome.CONNECTION_FAILED] * 4, 2.0, False, id="a-list-of-dead-feeds"),
    ],
)
def test_when_over_half_of_the_feeds_fail_at_once_nothing_is_counted_against_them(
    outcomes: list[Outcome | None], failures_before: float, is_ours: bool
) -> None:
    before = [known(number, failures=failures_before) for number in range(len(outcomes))]
    polls = [polled(state, outcome) for state, outcome in zip(before, outcomes, strict=True)]
    after, told = without_own_trouble(polls, {state.feed_url: state for state in before})
    assert (told is not None) is is_ours
    if is_ours:
        assert [(poll.poll.state.failures, poll.poll.state.health) for poll in after] == [
            (0.0, FeedHealth.OK) for _ in outcomes
        ]
        assert all(poll.poll.state.next_poll_at for poll in after if poll.poll.error_class)
    else:
        assert after == polls


def test_feeds_that_are_asked_for_the_first_time_count_and_are_no_healthier_for_it() -> None:
    new = [FeedState(feed_url=f"https://paper{number}.news/rss") for number in range(3)]
    after, told = without_own_trouble([polled(state, Outcome.TIMED_OUT) for state in new], {})
    assert told is not None
    assert "3 of 3 feeds failed at once" in told
    assert {(poll.poll.state.failures, poll.poll.state.health) for poll in after} == {(0.0, FeedHealth.FAILING)}
