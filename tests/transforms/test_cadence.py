"""When a feed is asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.arrivals import Listing
from transforms.cadence import (
    FAILURE_DELAY,
    LONGEST_HINT,
    LONGEST_INTERVAL,
    SHORTEST_INTERVAL,
    WEEKLY,
    Wishes,
    after_failure,
    after_success,
    is_due,
    may_ask,
)
from transforms.outcomes import Outcome
from transforms.records import FeedGap, FeedHealth, FeedHints, FeedState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FRESH = timedelta(minutes=30)
STATE = FeedState(feed_url="https://paper.news/rss")


def interval(
    listing: Listing | None,
    *,
    hints: FeedHints | None = None,
    state: FeedState = STATE,
    fresh_within: timedelta | None = FRESH,
    **wishes: timedelta,
) -> timedelta:
    asked = Wishes(fresh_within=fresh_within, **wishes)
    after, _ = after_success(state, now=NOW, listing=listing, hints=hints or FeedHints(), wishes=asked)
    assert after.next_poll_at is not None
    return after.next_poll_at - NOW


def a_listing(per_day: float, *, window: int = 40, newest: timedelta = timedelta(hours=1), first: int = 0) -> Listing:
    reach = timedelta(days=window / per_day)
    return Listing(marks=tuple(range(first, first + window)), reach=reach, per_hour=per_day / 24, newest=newest)


def after_poll(state: FeedState, now: datetime, listing: Listing | None) -> FeedState:
    return after_success(state, now=now, listing=listing, hints=FeedHints(), wishes=Wishes(fresh_within=FRESH))[0]


LIVELY = a_listing(40, window=400)
QUIET = a_listing(0.5, newest=timedelta(days=3))


@pytest.mark.parametrize(
    ("listing", "at_least", "at_most"),
    [
        pytest.param(LIVELY, FRESH * 0.9, FRESH, id="news-as-soon-as-wanted"),
        pytest.param(QUIET, LONGEST_INTERVAL * 0.9, LONGEST_INTERVAL, id="quiet-twice-a-day"),
        pytest.param(a_listing(900), timedelta(minutes=9), timedelta(minutes=25), id="before-the-document-is-full"),
        pytest.param(a_listing(90_000), SHORTEST_INTERVAL * 0.9, SHORTEST_INTERVAL, id="never-under-the-floor"),
        pytest.param(Listing(marks=()), SHORTEST_INTERVAL, LONGEST_INTERVAL, id="an-empty-document"),
    ],
)
def test_the_interval_follows_the_habit(listing: Listing, at_least: timedelta, at_most: timedelta) -> None:
    assert at_least <= interval(listing) <= at_most


def test_without_a_wish_for_fresh_news_only_missing_nothing_counts() -> None:
    assert interval(LIVELY, fresh_within=None) >= LONGEST_INTERVAL * 0.9
    assert interval(a_listing(900), fresh_within=None) == interval(a_listing(900))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"hints": FeedHints(ttl_minutes=120)}, timedelta(hours=2), id="ttl"),
        pytest.param({"hints": FeedHints(update_interval_minutes=90)}, timedelta(minutes=90), id="syndication-module"),
        pytest.param({"server": timedelta(hours=3)}, timedelta(hours=3), id="cache-control"),
        pytest.param({"every": timedelta(hours=5)}, timedelta(hours=5), id="the-user"),
        pytest.param({"server": timedelta(days=30)}, LONGEST_HINT, id="no-header-silences-a-feed"),
        pytest.param({"every": timedelta(days=7)}, timedelta(days=7), id="the-user-may"),
        pytest.param({"hints": FeedHints(skip_hours=frozenset({12, 13}))}, timedelta(hours=2), id="skipped-hours"),
        pytest.param({"hints": FeedHints(skip_days=frozenset({6}))}, timedelta(hours=12), id="a-skipped-day"),
        pytest.param({"hints": FeedHints(skip_hours=frozenset(range(24)))}, timedelta(hours=24), id="skipped-for-good"),
        pytest.param(
            {"hints": FeedHints(ttl_minutes=60, skip_hours=frozenset({13, 14}))}, timedelta(hours=3), id="both"
        ),
    ],
)
def test_wishes_lengthen_the_interval(asked: dict[str, object], expected: timedelta) -> None:
    assert interval(LIVELY, **asked) == expected  # type: ignore[arg-type]


@given(minutes=st.floats(allow_nan=False))
def test_no_wish_shortens_the_interval_below_the_floor(minutes: float) -> None:
    assert interval(LIVELY, hints=FeedHints(ttl_minutes=minutes)) >= SHORTEST_INTERVAL * 0.9


def test_a_poll_that_shares_no_entry_with_the_one_before_is_a_gap_and_halves_the_interval() -> None:
    before = after_poll(STATE, NOW - timedelta(hours=12), a_listing(40))
    assert before.next_poll_at is not None
    now = NOW - timedelta(hours=2)
    listing = replace(a_listing(40, first=100), reach=timedelta(hours=5))
    after, gap = after_success(before, now=now, listing=listing, hints=FeedHints(), wishes=Wishes())
    assert gap == FeedGap(since=NOW - timedelta(hours=12), missed=40)  # five hours unseen, forty items in five
    assert after.next_poll_at is not None
    assert after.next_poll_at - now <= (before.next_poll_at - (NOW - timedelta(hours=12))) / 2


@pytest.mark.parametrize(
    ("listing", "missed"),
    [
        pytest.param(a_listing(40, first=39), None, id="one-known-entry"),
        pytest.param(Listing(marks=()), None, id="an-empty-document"),
        pytest.param(Listing(marks=(100, 101)), 1, id="a-gap-without-dates"),
        pytest.param(None, None, id="unchanged"),
    ],
)
def test_a_gap_is_where_no_entry_is_known(listing: Listing | None, missed: int | None) -> None:
    before = after_poll(STATE, NOW - timedelta(hours=12), a_listing(40))
    _, gap = after_success(before, now=NOW, listing=listing, hints=FeedHints(), wishes=Wishes())
    assert (gap and gap.missed) == missed


def test_an_empty_document_between_two_others_hides_nothing() -> None:
    before = after_poll(STATE, NOW - timedelta(hours=12), a_listing(40))
    empty = after_poll(before, NOW - timedelta(hours=6), Listing(marks=()))
    assert empty.entry_marks == before.entry_marks
    assert empty.habit is not None
    assert empty.habit.window == 40


def test_a_feed_that_holds_few_items_and_seldom_brings_one_is_not_asked_all_the_time() -> None:
    assert interval(a_listing(0.5, window=3, newest=timedelta(days=2)), fresh_within=None) > timedelta(hours=4)


def test_an_unchanged_feed_is_asked_less_and_less_and_keeps_its_entries() -> None:
    state = after_poll(STATE, NOW, a_listing(400))
    first = state.items_per_day
    for hours in range(1, 200):
        state = after_poll(state, NOW + timedelta(hours=hours), None)
    assert first is not None
    assert state.items_per_day is not None
    assert state.items_per_day < first / 3
    assert state.entry_marks == tuple(range(40))


def test_a_success_ends_all_failures() -> None:
    after = after_poll(replace(STATE, failures=7.5, health=FeedHealth.FAILING), NOW, LIVELY)
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
    assert delays[59] >= WEEKLY * 0.9  # after thirty units once a week, never dropped


def test_a_failure_keeps_what_is_known_of_the_feed() -> None:
    state = replace(STATE, etag='"a"', body_hash="b", items_per_day=3.0, last_success_at=NOW - timedelta(days=1))
    after = after_failure(state, now=NOW, outcome=Outcome.TIMED_OUT)
    assert (after.etag, after.body_hash, after.items_per_day) == ('"a"', "b", 3.0)
    assert after.last_success_at == state.last_success_at


@pytest.mark.parametrize(
    ("hours", "healths"),
    [
        pytest.param((0,), ["failing"], id="one-answer"),
        pytest.param((0, 23.9), ["failing", "failing"], id="two-within-a-day"),
        pytest.param((0, 1, 24), ["failing", "failing", "gone"], id="a-day-after-the-first"),
        pytest.param((0, 24, 30), ["failing", "gone", "gone"], id="still-gone"),
    ],
)
def test_a_feed_is_gone_after_two_answers_a_day_apart(hours: tuple[float, ...], healths: list[str]) -> None:
    state, found = STATE, []
    for hour in hours:
        state = after_failure(state, now=NOW + timedelta(hours=hour), outcome=Outcome.GONE)
        found.append(state.health.value)
    assert found == healths


def test_a_feed_that_is_gone_is_asked_again_after_7_30_and_90_days_and_never_forgotten() -> None:
    state, days = STATE, []
    for _ in range(6):
        state = after_failure(state, now=state.next_poll_at or NOW, outcome=Outcome.GONE)
        assert state.next_poll_at is not None
        days.append(round((state.next_poll_at - NOW) / timedelta(days=1)))
    assert days == [1, 7, 30, 90, 180, 270]
    failed = after_failure(state, now=NOW + timedelta(days=400), outcome=Outcome.TIMED_OUT)
    assert failed.health is FeedHealth.GONE
    back = after_poll(state, NOW, LIVELY)
    assert (back.health, back.gone_since) == (FeedHealth.OK, None)


@pytest.mark.parametrize(
    ("outcome", "weight"),
    [
        pytest.param(Outcome.BLOCKED, 1.0, id="refused"),
        pytest.param(Outcome.NOT_FOUND, 0.5, id="404-active-feeds-come-back"),
        pytest.param(Outcome.BAD_CONTENT, 0.5, id="no-feed"),
        pytest.param(Outcome.RATE_LIMITED, 0.5, id="429"),
        pytest.param(Outcome.CONNECTION_FAILED, 0.25, id="no-connection"),
    ],
)
def test_failures_have_weights(outcome: Outcome, weight: float) -> None:
    assert after_failure(STATE, now=NOW, outcome=outcome).failures == weight


def test_a_feed_whose_server_is_late_is_slow_and_failing_when_that_goes_on() -> None:
    state = after_success(
        STATE, now=NOW, listing=LIVELY, hints=FeedHints(), wishes=Wishes(fresh_within=FRESH), is_slow=True
    )[0]
    assert state.health is FeedHealth.SLOW
    healths = []
    for _ in range(7):
        state = after_failure(state, now=NOW, outcome=Outcome.RATE_LIMITED, is_slow=True)
        healths.append(state.health.value)
    assert healths == ["slow"] * 5 + ["failing"] * 2
    assert after_failure(STATE, now=NOW, outcome=Outcome.TIMED_OUT, is_slow=True).health is FeedHealth.FAILING


def test_retry_after_is_kept_up_to_a_day() -> None:
    asked = after_failure(STATE, now=NOW, outcome=Outcome.RATE_LIMITED, retry_after_until=NOW + timedelta(hours=6))
    assert asked.next_poll_at == NOW + timedelta(hours=6)
    absurd = after_failure(STATE, now=NOW, outcome=Outcome.RATE_LIMITED, retry_after_until=NOW + timedelta(days=4))
    assert absurd.next_poll_at == NOW + LONGEST_HINT


def test_the_state_says_until_when_the_last_answer_asked_to_wait() -> None:
    asked = after_failure(STATE, now=NOW, outcome=Outcome.RATE_LIMITED, retry_after_until=NOW + timedelta(days=4))
    assert asked.retry_after_until == NOW + LONGEST_HINT
    assert after_failure(asked, now=NOW, outcome=Outcome.TIMED_OUT).retry_after_until is None
    assert after_poll(asked, NOW, LIVELY).retry_after_until is None


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
