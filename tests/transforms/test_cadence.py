"""When a feed is asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cadence import (
    FAILURE_DELAY,
    GONE_DELAY,
    LIVELY_INTERVAL,
    LONGEST_HINT,
    LONGEST_INTERVAL,
    SHORTEST_INTERVAL,
    Arrivals,
    after_failure,
    after_success,
    arrivals,
    is_due,
    may_ask,
)
from transforms.outcomes import Outcome
from transforms.records import Entry, FeedHealth, FeedHints, FeedState, Precision, PublisherTime

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STATE = FeedState(feed_url="https://paper.news/rss")


def entry(hours_ago: float) -> Entry:
    at = NOW - timedelta(hours=hours_ago)
    return Entry(
        key=str(hours_ago),
        position=0,
        published=PublisherTime(at=at, precision=Precision.SECOND, offset_minutes=0, raw=at.isoformat()),
    )


def interval(
    habit: Arrivals | None,
    *,
    hints: FeedHints | None = None,
    server_wants: timedelta | None = None,
    every: timedelta | None = None,
    state: FeedState = STATE,
) -> timedelta:
    after = after_success(
        state, now=NOW, habit=habit, hints=hints or FeedHints(), server_wants=server_wants, every=every
    )
    assert after.next_poll_at is not None
    return after.next_poll_at - NOW


LIVELY = Arrivals(items_per_day=40, window=timedelta(days=1), is_lively=True)
QUIET = Arrivals(items_per_day=0.5, window=timedelta(days=40), is_lively=False)


def test_the_rate_and_the_window_are_read_off_the_dates() -> None:
    habit = arrivals([entry(hours) for hours in (1, 12, 24, 36, 48)], NOW)
    assert habit == Arrivals(items_per_day=2.5, window=timedelta(hours=48), is_lively=True)


def test_dates_that_cannot_be_right_do_not_count() -> None:
    habit = arrivals([entry(-48), entry(50), entry(74), entry(24 * 365 * 56)], NOW)
    assert habit.window == timedelta(hours=74)
    assert not habit.is_lively


def test_a_feed_without_dates_is_taken_for_lively() -> None:
    assert arrivals([Entry(key="a", position=0), Entry(key="b", position=1)], NOW).is_lively


@pytest.mark.parametrize(
    ("habit", "at_least", "at_most"),
    [
        pytest.param(LIVELY, LIVELY_INTERVAL * 0.9, LIVELY_INTERVAL, id="news-every-half-hour"),
        pytest.param(QUIET, LONGEST_INTERVAL * 0.9, LONGEST_INTERVAL, id="quiet-twice-a-day"),
        pytest.param(
            Arrivals(items_per_day=900, window=timedelta(minutes=32), is_lively=True),
            timedelta(minutes=14.4),
            timedelta(minutes=16),
            id="half-of-a-short-window",
        ),
        pytest.param(
            Arrivals(items_per_day=9000, window=timedelta(minutes=3), is_lively=True),
            SHORTEST_INTERVAL * 0.9,
            SHORTEST_INTERVAL,
            id="never-under-the-floor",
        ),
    ],
)
def test_the_interval_follows_the_habit(habit: Arrivals, at_least: timedelta, at_most: timedelta) -> None:
    assert at_least <= interval(habit) <= at_most


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"hints": FeedHints(ttl_minutes=120)}, timedelta(hours=2), id="ttl"),
        pytest.param({"hints": FeedHints(update_interval_minutes=90)}, timedelta(minutes=90), id="syndication-module"),
        pytest.param({"server_wants": timedelta(hours=3)}, timedelta(hours=3), id="cache-control"),
        pytest.param({"every": timedelta(hours=5)}, timedelta(hours=5), id="the-user"),
        pytest.param({"server_wants": timedelta(days=30)}, LONGEST_HINT, id="no-header-silences-a-feed"),
        pytest.param({"every": timedelta(days=7)}, timedelta(days=7), id="the-user-may"),
    ],
)
def test_wishes_lengthen_the_interval(asked: dict[str, object], expected: timedelta) -> None:
    assert interval(LIVELY, **asked) == expected  # type: ignore[arg-type]


@given(minutes=st.floats(allow_nan=False))
def test_no_wish_shortens_the_interval_below_the_floor(minutes: float) -> None:
    assert interval(LIVELY, hints=FeedHints(ttl_minutes=minutes)) >= SHORTEST_INTERVAL * 0.9


def test_an_unchanged_feed_keeps_its_known_rate() -> None:
    after = after_success(replace(STATE, items_per_day=0.1), now=NOW, habit=None, hints=FeedHints())
    assert after.items_per_day == 0.1
    assert after.next_poll_at is not None
    assert after.next_poll_at - NOW >= LONGEST_INTERVAL * 0.9


def test_a_success_ends_all_failures() -> None:
    failing = replace(STATE, failures=7.5, health=FeedHealth.FAILING)
    after = after_success(failing, now=NOW, habit=LIVELY, hints=FeedHints())
    assert (after.failures, after.health, after.last_success_at) == (0.0, FeedHealth.OK, NOW)


def test_failures_add_up_and_the_delay_grows_linearly_up_to_a_day() -> None:
    state, delays = STATE, []
    for _ in range(60):
        state = after_failure(state, now=NOW, outcome=Outcome.SERVER_ERROR)
        assert state.next_poll_at is not None
        delays.append(state.next_poll_at - NOW)
    assert state.health is FeedHealth.FAILING
    assert delays[0] <= FAILURE_DELAY * 0.5
    assert FAILURE_DELAY * 0.9 * 5 <= delays[9] <= FAILURE_DELAY * 5
    assert timedelta(hours=13) < max(delays[:59]) <= timedelta(hours=24)
    assert delays[59] >= GONE_DELAY * 0.9  # after thirty units once a week, never dropped


def test_a_failure_keeps_what_is_known_of_the_feed() -> None:
    state = replace(STATE, etag='"a"', body_hash="b", items_per_day=3.0, last_success_at=NOW - timedelta(days=1))
    after = after_failure(state, now=NOW, outcome=Outcome.TIMED_OUT)
    assert (after.etag, after.body_hash, after.items_per_day) == ('"a"', "b", 3.0)
    assert after.last_success_at == state.last_success_at


def test_a_feed_is_gone_only_after_two_answers_a_day_apart() -> None:
    first = after_failure(STATE, now=NOW, outcome=Outcome.GONE)
    assert first.health is FeedHealth.FAILING
    soon = after_failure(first, now=NOW + timedelta(hours=1), outcome=Outcome.GONE)
    assert soon.health is FeedHealth.FAILING
    later = after_failure(first, now=NOW + timedelta(hours=24), outcome=Outcome.GONE)
    assert later.health is FeedHealth.GONE
    assert later.next_poll_at is not None
    assert later.next_poll_at - NOW > timedelta(days=6)


def test_retry_after_is_kept_up_to_a_day() -> None:
    asked = after_failure(STATE, now=NOW, outcome=Outcome.RATE_LIMITED, retry_after_until=NOW + timedelta(hours=6))
    assert asked.next_poll_at == NOW + timedelta(hours=6)
    absurd = after_failure(STATE, now=NOW, outcome=Outcome.RATE_LIMITED, retry_after_until=NOW + timedelta(days=4))
    assert absurd.next_poll_at == NOW + LONGEST_HINT


def test_the_state_says_until_when_the_last_answer_asked_to_wait() -> None:
    asked = after_failure(STATE, now=NOW, outcome=Outcome.RATE_LIMITED, retry_after_until=NOW + timedelta(days=4))
    assert asked.retry_after_until == NOW + LONGEST_HINT
    assert after_failure(asked, now=NOW, outcome=Outcome.TIMED_OUT).retry_after_until is None
    assert after_success(asked, now=NOW, habit=LIVELY, hints=FeedHints()).retry_after_until is None


@pytest.mark.parametrize(
    ("due_in", "retry_in", "force", "expected"),
    [
        pytest.param(-1, None, False, True, id="due"),
        pytest.param(1, None, False, False, id="not-due"),
        pytest.param(1, None, True, True, id="forced"),
        pytest.param(1, 1, True, False, id="forced-before-retry-after"),
        pytest.param(-1, 1, False, False, id="due-before-retry-after"),
        pytest.param(1, 0, True, True, id="forced-when-the-wait-is-over"),
        pytest.param(0, 0, False, True, id="due-when-the-wait-is-over"),
    ],
)
def test_a_feed_is_asked_when_due_or_forced_and_never_before_its_retry_after(
    due_in: int, retry_in: int | None, force: bool, expected: bool
) -> None:
    state = replace(
        STATE,
        health=FeedHealth.FAILING,
        last_polled_at=NOW - timedelta(hours=1),
        next_poll_at=NOW + timedelta(minutes=due_in),
        retry_after_until=None if retry_in is None else NOW + timedelta(minutes=retry_in),
    )
    assert may_ask(state, NOW, force=force) is expected


def test_a_feed_that_was_never_asked_may_be() -> None:
    assert may_ask(None, NOW, force=False)


def test_a_feed_that_was_never_asked_is_due() -> None:
    assert is_due(None, NOW)
    assert is_due(STATE, NOW)


@pytest.mark.parametrize(
    ("interval", "early", "is_healthy", "expected"),
    [
        pytest.param(60, 0, True, True, id="on-time"),
        pytest.param(60, 4, True, True, id="a-run-that-starts-a-little-early"),
        pytest.param(60, 6, True, False, id="too-early"),
        pytest.param(600, 6, True, False, id="never-more-than-five-minutes-early"),
        pytest.param(20, 3, True, False, id="a-short-interval-leaves-less-room"),
        pytest.param(60, 1, False, False, id="a-feed-in-trouble-is-not-asked-early"),
        pytest.param(60, 0, False, True, id="a-feed-in-trouble-on-time"),
    ],
)
def test_a_feed_is_due_when_its_time_has_come(interval: int, early: int, is_healthy: bool, expected: bool) -> None:
    due_at = NOW + timedelta(minutes=early)
    state = replace(
        STATE,
        last_polled_at=due_at - timedelta(minutes=interval),
        next_poll_at=due_at,
        health=FeedHealth.OK if is_healthy else FeedHealth.FAILING,
    )
    assert is_due(state, NOW) is expected
