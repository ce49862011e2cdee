"""When a feed is asked next: a pure decision from its state, its last answer and the time.

A feed that brings news is asked every half hour, a quiet one more rarely, by how often its items appear and by how
many of them it holds; what a publisher asks for (ttl, Retry-After, Cache-Control) lengthens the interval and never
shortens it.  Trouble is weighed as in Media Cloud's fetcher: a wrong address counts more than a lame server, and the
delay grows linearly with the weight, up to a day.  A feed is never dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from transforms.outcomes import Outcome
from transforms.records import Entry, FeedHealth, FeedHints, FeedState

LIVELY_INTERVAL = timedelta(minutes=30)
"""Between two polls of a feed that had an item within the last day."""
SHORTEST_INTERVAL = timedelta(minutes=10)
LONGEST_INTERVAL = timedelta(hours=12)
LONGEST_HINT = timedelta(hours=24)
"""No header may silence a feed for longer: some servers send a Retry-After of days by mistake."""
LONGEST_EARLY = timedelta(minutes=5)
FAILURE_DELAY = timedelta(minutes=30)
"""For one unit of failure; the delay is this times the sum of the weights."""
LONGEST_FAILURE_DELAY = timedelta(hours=24)
GONE_DELAY = timedelta(days=7)
FAILURES_UNTIL_WEEKLY = 30.0
MONTH_DAYS = 30.0

_WEIGHTS = {
    Outcome.BLOCKED: 1.0,
    Outcome.GONE: 1.0,
    Outcome.UNSAFE_ADDRESS: 1.0,
    Outcome.CONNECTION_FAILED: 0.25,
}
_SOFT_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How a feed's items arrive: per day, how long its document reaches back, and whether one came within a day."""

    items_per_day: float | None
    window: timedelta | None
    is_lively: bool


def arrivals(entries: Sequence[Entry], now: datetime) -> Arrivals:
    """Reads the habit of a feed off one document, by the publisher's times that can be right.

    Dates in the future and from before the web are left out.  With fewer than two dated entries the rate and the
    window are unknown, and the feed is taken for lively: asking once too often costs less than missing news.
    """
    dated = sorted(
        entry.published.at
        for entry in entries
        if entry.published and entry.published.at.year >= 1995 and entry.published.at <= now + timedelta(hours=1)
    )
    if len(dated) < 2:
        return Arrivals(items_per_day=None, window=None, is_lively=True)
    window = max(now - dated[0], timedelta(minutes=1))
    days = window / timedelta(days=1)
    recent = [at for at in dated if now - at <= timedelta(days=MONTH_DAYS)]
    rate = len(recent) / min(days, MONTH_DAYS)
    return Arrivals(items_per_day=round(rate, 3), window=window, is_lively=now - dated[-1] <= timedelta(days=1))


def after_success(
    state: FeedState,
    *,
    now: datetime,
    habit: Arrivals | None,
    hints: FeedHints,
    server_wants: timedelta | None = None,
    every: timedelta | None = None,
) -> FeedState:
    """The state after an answer that was read (200 or 304).

    `habit` is None when the document was unchanged: the known rate stands.  `server_wants` is what the answer's
    headers ask for; `every` is the user's own shortest interval.
    """
    if habit is None:
        rate = state.items_per_day
        interval = LIVELY_INTERVAL if rate is None or rate >= 1 else _by_rate(rate, None)
    else:
        rate = habit.items_per_day
        interval = LIVELY_INTERVAL if habit.is_lively else _by_rate(rate, habit.window)
    if habit and habit.window:
        interval = min(interval, habit.window / 2)
    interval = min(max(interval, SHORTEST_INTERVAL), LONGEST_INTERVAL) * _jitter(state.feed_url, now)
    wishes = [server_wants or timedelta(0), *_wishes(hints)]
    interval = max(interval, min(max(wishes), LONGEST_HINT), every or timedelta(0))
    return replace(
        state,
        health=FeedHealth.OK,
        failures=0.0,
        items_per_day=rate,
        last_polled_at=now,
        last_success_at=now,
        next_poll_at=now + interval,
        retry_after_until=None,
    )


def after_failure(
    state: FeedState, *, now: datetime, outcome: Outcome, retry_after_until: datetime | None = None
) -> FeedState:
    """The state after an answer that could not be used: what is known stays, and the next poll comes later.

    A feed is `gone` when it answers 410 on two polls a day apart; it is asked again once a week.
    """
    was_asked_a_day_ago = state.last_polled_at is not None and now - state.last_polled_at >= timedelta(hours=23)
    is_gone = outcome is Outcome.GONE and (
        state.health is FeedHealth.GONE or (state.failures >= 1 and was_asked_a_day_ago)
    )
    failures = state.failures + _WEIGHTS.get(outcome, _SOFT_WEIGHT)
    if is_gone or failures >= FAILURES_UNTIL_WEEKLY:
        delay = GONE_DELAY
    elif outcome is Outcome.GONE:
        delay = LONGEST_FAILURE_DELAY
    else:
        delay = min(FAILURE_DELAY * failures, LONGEST_FAILURE_DELAY)
    next_poll_at = now + delay * _jitter(state.feed_url, now)
    if retry_after_until:
        retry_after_until = min(retry_after_until, now + LONGEST_HINT)
        next_poll_at = max(next_poll_at, retry_after_until)
    return replace(
        state,
        health=FeedHealth.GONE if is_gone else FeedHealth.FAILING,
        failures=failures,
        last_polled_at=now,
        next_poll_at=next_poll_at,
        retry_after_until=retry_after_until,
    )


def may_ask(state: FeedState | None, now: datetime, *, force: bool) -> bool:
    """Whether a run asks a feed: it is due, or is asked by `force`, which does not shorten a Retry-After."""
    if state is not None and state.retry_after_until is not None and now < state.retry_after_until:
        return False
    return force or is_due(state, now)


def is_due(state: FeedState | None, now: datetime) -> bool:
    """Whether a feed may be asked now: it never was, or its time has come.

    A feed that answers well is due a little early, by a tenth of its interval and at most five minutes: runs start
    some seconds sooner or later, and a feed that asks for an hour would be asked every other hour by an hourly
    schedule.  A feed in trouble is not, so that Retry-After is kept.
    """
    if state is None or state.next_poll_at is None or state.last_polled_at is None:
        return True
    early = (state.next_poll_at - state.last_polled_at) / 10 if state.health is FeedHealth.OK else timedelta(0)
    return state.next_poll_at - min(early, LONGEST_EARLY) <= now


def _by_rate(items_per_day: float | None, window: timedelta | None) -> timedelta:
    """Twice the mean gap between items, but never so long that half of the feed's window passes."""
    if not items_per_day:
        return LONGEST_INTERVAL
    gap = timedelta(days=2 / items_per_day)
    return min(gap, window / 2) if window else gap


def _wishes(hints: FeedHints) -> list[timedelta]:
    stated = (hints.ttl_minutes, hints.update_interval_minutes)
    longest = LONGEST_HINT / timedelta(minutes=1)  # more than a timedelta holds has been seen
    return [timedelta(minutes=min(minutes, longest)) for minutes in stated if minutes and minutes > 0]


def _jitter(feed_url: str, now: datetime) -> float:
    """0.9 to 1.0, different for each feed and poll, so that feeds do not come due all at once.

    Never above 1, so that a schedule of half an hour finds a lively feed due every time.
    """
    seed = hashlib.blake2b(f"{feed_url} {now.isoformat()}".encode(), digest_size=4).digest()
    return 0.9 + 0.1 * int.from_bytes(seed, "big") / 2**32
