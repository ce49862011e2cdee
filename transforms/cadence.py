"""When a feed is asked next: a pure decision from its state, its last answer and the time.

A feed is asked before what it holds can have rolled out of it (`transforms.arrivals`), and while it brings news as soon
as the user wants to see them; what a publisher asks for (ttl, skipHours, Retry-After, Cache-Control) lengthens the
interval and never shortens it.  Trouble is weighed as in Media Cloud's fetcher: a wrong address counts more than a lame
server, and the delay grows linearly with the weight, up to a day.  A feed is never dropped.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from transforms.arrivals import Found, Listing, compare, first_habit, items_per_day, learned, longest_safe_wait
from transforms.outcomes import Outcome
from transforms.records import FeedGap, FeedHealth, FeedHints, FeedState, Habit

UNKNOWN_INTERVAL = timedelta(minutes=30)
"""After a first poll that told nothing of the feed's habit."""
SHORTEST_INTERVAL = timedelta(minutes=10)
LONGEST_INTERVAL = timedelta(hours=12)
LONGEST_HINT = timedelta(hours=24)
"""No header may silence a feed for longer: some servers send a Retry-After of days by mistake."""
LONGEST_EARLY = timedelta(minutes=5)
FAILURE_DELAY = timedelta(minutes=30)
"""For one unit of failure; the delay is this times the sum of the weights."""
LONGEST_FAILURE_DELAY = timedelta(hours=24)
LONGEST_STAGGER = timedelta(hours=1)
"""More by chance after a 429 or 503 without a Retry-After, so that not all come back at once."""
GONE_AFTER = timedelta(hours=24)
"""Between the first 410 and the one that is believed."""
FORBIDDEN_FOR = timedelta(hours=24)
"""After a robots.txt that closes a feed to us by name: as long as it may be relied on."""
PROBED_AFTER = (timedelta(days=7), timedelta(days=30), timedelta(days=90))
"""When a feed that is gone is asked again, from its first 410 on; then each time after as long as the last."""
WEEKLY = timedelta(days=7)
FAILURES_UNTIL_WEEKLY = 30.0
FAILURES_UNTIL_FAILING = 3.0

_WEIGHTS = {
    Outcome.BLOCKED: 1.0,
    Outcome.GONE: 1.0,
    Outcome.UNSAFE_ADDRESS: 1.0,
    Outcome.CONNECTION_FAILED: 0.25,
}
_SOFT_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Who asks for what: `server` is the freshness that the answer's headers give, None where they say nothing.

    `every` is the user's own shortest interval.  `fresh_within` is how soon the user wants to see what a lively feed
    brings; None when nothing but missing nothing counts.
    """

    server: timedelta | None = None
    every: timedelta | None = None
    fresh_within: timedelta | None = None


def after_success(
    state: FeedState,
    *,
    now: datetime,
    listing: Listing | None,
    hints: FeedHints,
    wishes: Wishes,
    is_slow: bool = False,
) -> tuple[FeedState, FeedGap | None]:
    """The state after an answer that was read (200 or 304), and the gap before it, if there is one.

    `listing` is None when the document was unchanged: it brought nothing new.  `is_slow` says that
    the server was late, or asked us to slow down before it answered.
    """
    found = Found(new=0)
    since = state.last_success_at
    if listing is not None and since is not None:
        found = compare(listing, before=state.entry_marks, waited=now - since)
    habit = state.habit
    if habit is None:
        habit = first_habit(listing) if listing is not None else None
    elif since is not None:
        window = len(listing.marks) or None if listing is not None else None
        habit = learned(habit, found, since=since, now=now, window=window)
    gap = FeedGap(since=since, missed=found.missed) if found.is_gap and since is not None else None
    interval = _wanted(habit, listing, now, wishes.fresh_within)
    if gap is not None and state.next_poll_at is not None and state.last_polled_at is not None:
        interval = min(interval, (state.next_poll_at - state.last_polled_at) / 2)
    interval = min(max(interval, SHORTEST_INTERVAL), LONGEST_INTERVAL) * _jitter(state.feed_url, now)
    asked_for = [wishes.server or timedelta(0), *_stated(hints)]
    interval = max(interval, min(max(asked_for), LONGEST_HINT))
    interval = max(out_of_skipped(now + interval, hints, latest=now + LONGEST_HINT) - now, wishes.every or timedelta(0))
    return replace(
        state,
        health=FeedHealth.SLOW if is_slow else FeedHealth.OK,
        failures=0.0,
        gone_since=None,
        items_per_day=round(items_per_day(habit), 3) if habit else None,
        last_polled_at=now,
        last_success_at=now,
        next_poll_at=now + interval,
        retry_after_until=None,
        habit=habit,
        entry_marks=(listing and listing.marks) or state.entry_marks,
        hints=hints,
    ), gap


def out_of_skipped(at: datetime, hints: FeedHints, *, latest: datetime) -> datetime:
    """The first time from `at` on that lies in no hour or day that the feed wants to be left alone in (GMT).

    Never after `latest`: a feed that wants to be left alone always is asked then.
    """
    while at < latest and (at.hour in hints.skip_hours or at.weekday() in hints.skip_days):
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(at, latest) if hints.skip_hours or hints.skip_days else at


def after_failure(
    state: FeedState,
    *,
    now: datetime,
    outcome: Outcome,
    retry_after_until: datetime | None = None,
    is_slow: bool = False,
) -> FeedState:
    """The state after an answer that could not be used: what is known stays, and the next poll comes later.

    A feed is `gone` when it answered 410 twice, a day apart or more, until it is read again.  With `is_slow` the server
    was late or asked us to slow down: a feed that was read before is slow at first, and failing when that goes on.
    """
    failures = state.failures + _WEIGHTS.get(outcome, _SOFT_WEIGHT)
    gone_since = state.gone_since or (now if outcome is Outcome.GONE else None)
    is_gone = state.health is FeedHealth.GONE or (
        outcome is Outcome.GONE and gone_since is not None and now - gone_since >= GONE_AFTER
    )
    fraction = _fraction(state.feed_url, now)
    if is_gone and gone_since is not None:
        next_poll_at = _next_probe(gone_since, now)
    elif outcome is Outcome.GONE:
        next_poll_at = now + GONE_AFTER * (1 + 0.1 * fraction)
    elif outcome is Outcome.ROBOTS:
        next_poll_at = now + FORBIDDEN_FOR * (1 + 0.1 * fraction)
    elif failures >= FAILURES_UNTIL_WEEKLY:
        next_poll_at = now + WEEKLY * (0.9 + 0.1 * fraction)
    else:
        next_poll_at = now + min(FAILURE_DELAY * failures, LONGEST_FAILURE_DELAY) * (0.9 + 0.1 * fraction)
        if is_slow and retry_after_until is None:
            next_poll_at += LONGEST_STAGGER * fraction
    if retry_after_until:
        retry_after_until = min(retry_after_until, now + LONGEST_HINT)
        next_poll_at = max(next_poll_at, retry_after_until)
    is_only_slow = is_slow and state.last_success_at is not None and failures < FAILURES_UNTIL_FAILING
    health = FeedHealth.SLOW if is_only_slow else FeedHealth.FAILING
    return replace(
        state,
        health=FeedHealth.GONE if is_gone else health,
        failures=failures,
        gone_since=gone_since,
        last_polled_at=now,
        next_poll_at=next_poll_at,
        retry_after_until=retry_after_until,
    )


def uncounted(before: FeedState, after: FeedState) -> FeedState:
    """The state after a failure that is not held against the feed: it is asked later, and nothing else changes."""
    return replace(
        after,
        health=after.health if before.last_success_at is None else before.health,
        failures=before.failures,
        gone_since=before.gone_since,
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


def _wanted(habit: Habit | None, listing: Listing | None, now: datetime, fresh_within: timedelta | None) -> timedelta:
    """As long as nothing is missed; and no longer than the user wants to wait, while the feed brings news."""
    if habit is None:
        return fresh_within or UNKNOWN_INTERVAL
    safe = longest_safe_wait(habit, now, at_most=LONGEST_INTERVAL)
    newest = listing.newest if listing is not None else None
    is_lively = items_per_day(habit) >= 1 or (newest is not None and newest <= timedelta(days=1))
    return min(safe, fresh_within) if is_lively and fresh_within is not None else safe


def _stated(hints: FeedHints) -> list[timedelta]:
    stated = (hints.ttl_minutes, hints.update_interval_minutes)
    longest = LONGEST_HINT / timedelta(minutes=1)  # more than a timedelta holds has been seen
    return [timedelta(minutes=min(minutes, longest)) for minutes in stated if minutes and minutes > 0]


def _next_probe(gone_since: datetime, now: datetime) -> datetime:
    later = (gone_since + delay for delay in PROBED_AFTER if gone_since + delay > now)
    return next(later, now + PROBED_AFTER[-1])


def _jitter(feed_url: str, now: datetime) -> float:
    """0.9 to 1.0, so that feeds do not come due all at once.

    Never above 1, so that a schedule of half an hour finds a lively feed due every time.
    """
    return 0.9 + 0.1 * _fraction(feed_url, now)


def _fraction(feed_url: str, now: datetime) -> float:
    """0 to 1, different for each feed and poll."""
    seed = hashlib.blake2b(f"{feed_url} {now.isoformat()}".encode(), digest_size=4).digest()
    return int.from_bytes(seed, "big") / 2**32
