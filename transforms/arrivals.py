"""How a feed's items arrive: learnt from what each poll finds new, and used to say how long a poll can wait.

A document holds so many items and no more; what arrives beyond them between two polls is never seen.  So the rate of
arrival is kept for each hour of the day, on weekdays and weekends apart, by the times of our own polls: publishers'
dates only give the first guess.  `longest_safe_wait` then is the time after which the items expected, and a margin for
how far this feed has strayed from what was expected of it, would fill the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from math import sqrt

from transforms.records import Entry, Habit
from transforms.urls import url_strict

BUCKETS = 48
"""Hours of a weekday, then hours of a day of the weekend, in UTC.  One for each hour of the week would see an hour
once a week, and learn a feed's day only after a month."""

HALF_LIFE_DAYS = 14.0
MONTH_DAYS = 30.0
UNDATED_REACH = timedelta(hours=6)
"""How far a document without dates is taken to reach back at first: asking once too often costs less than a gap."""

_FIRST_GUESS_HOURS = 1.0
"""Hours of our own observation that weigh as much as the first guess."""
_SURGE_HALF_LIFE_HOURS = 3.0
_SURGE_CALM = 4.0
"""Items that a surge must be above what was expected before it counts much: three instead of one is chance."""
_LARGEST_SURGE = 20.0
_FIRST_DISPERSION = 20.0
"""Of arrivals that keep no pace: a feed shows by and by that it is better than that."""
_DISPERSION_UP = 0.3
_DISPERSION_DOWN = 0.01
"""What a poll moves the dispersion towards what it found: bursts are learnt at once and forgotten in weeks."""
_LARGEST_DISPERSION = 60.0
_MARGIN = 2.7
"""Standard deviations.  With the paces above it is set by `tests/benchmarks/cadence.py`."""
_SPREAD = 0.2
"""The part of new items that is credited to the hours evenly, so that no hour is believed empty for good."""
_HOUR = timedelta(hours=1)
_LONGEST_OBSERVED = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What of one document matters here.

    `marks` stand for its entries.  `reach` is how long it goes back by the publisher's dates, `per_hour` the
    rate by them over a month at most, `newest` the age of its newest item; None where fewer than two are dated.
    """

    marks: tuple[int, ...]
    reach: timedelta | None = None
    per_hour: float | None = None
    newest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a poll found: so many items that the document before did not have, and so many that it likely missed."""

    new: int
    missed: int = 0
    is_gap: bool = False


def listing_of(entries: Sequence[Entry], now: datetime) -> Listing:
    """Reads a document's listing.  Dates in the future and from before the web are left out."""
    dated = sorted(
        entry.published.at
        for entry in entries
        if entry.published and entry.published.at.year >= 1995 and entry.published.at <= now + _HOUR
    )
    marks = tuple(dict.fromkeys(mark_of(entry) for entry in entries))
    if len(dated) < 2:
        return Listing(marks=marks)
    reach = max(now - dated[0], timedelta(minutes=1))
    month = timedelta(days=MONTH_DAYS)
    recent = sum(now - at <= month for at in dated)
    return Listing(
        marks=marks, reach=reach, per_hour=recent / (min(reach, month) / _HOUR), newest=max(now - dated[-1], now - now)
    )


def mark_of(entry: Entry) -> int:
    """A number that stands for an entry from one poll to the next: of its link, since guids may change all at once."""
    text = url_strict(entry.link) if entry.link else entry.key
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def compare(listing: Listing, *, before: Sequence[int], waited: timedelta) -> Found:
    """What is new in a listing since the one `before`, which was read `waited` ago.

    Where they share no entry, more came than the document holds: a gap.  How much was missed is told by the time that
    the document does not reach back to, at the rate at which its own items came; without dates, one item at least.
    """
    known = set(before)
    new = sum(mark not in known for mark in listing.marks)
    if not known or not listing.marks or new < len(listing.marks):
        return Found(new=new if known else 0)
    missed = 1.0
    if listing.reach and listing.reach < waited:
        missed = len(listing.marks) * ((waited - listing.reach) / listing.reach)
    return Found(new=new, missed=max(1, round(missed)), is_gap=True)


def first_habit(listing: Listing) -> Habit:
    """The habit that a first document suggests."""
    per_hour = listing.per_hour
    if per_hour is None:
        per_hour = len(listing.marks) / (UNDATED_REACH / _HOUR)
    return Habit(
        hourly_rates=(per_hour,) * BUCKETS,
        observed_hours=0.0,
        recent_items=0.0,
        recent_expected=0.0,
        dispersion=min(_FIRST_DISPERSION, max(len(listing.marks), 1)),  # a short document holds no burst anyway
        window=len(listing.marks),
    )


def learned(habit: Habit, found: Found, *, since: datetime, now: datetime, window: int | None = None) -> Habit:
    """The habit after a poll that found so much new since the one at `since`.  `window` is what the document holds."""
    since = max(since, now - _LONGEST_OBSERVED)
    hours = (now - since) / _HOUR
    if hours <= 0:
        return habit
    items = found.new + found.missed
    pieces = _by_bucket(since, now)
    expected = sum(habit.hourly_rates[bucket] * part for bucket, part in pieces.items())
    rates = list(habit.hourly_rates)
    for bucket, part in pieces.items():
        share = part / hours
        if expected > 0:
            share = _SPREAD * share + (1 - _SPREAD) * rates[bucket] * part / expected
        days_a_week = 2 if bucket >= BUCKETS // 2 else 5
        seen = min(habit.observed_hours / 24, HALF_LIFE_DAYS * 1.44) * days_a_week / 7
        rates[bucket] += part / (part + _FIRST_GUESS_HOURS + seen) * (items * share / part - rates[bucket])
    foreseen = expected * surge(habit)
    deviation = (items - foreseen) ** 2 / max(foreseen, 1.0)
    pace = _DISPERSION_UP if deviation > habit.dispersion else _DISPERSION_DOWN
    dispersion = habit.dispersion + pace * (deviation - habit.dispersion)
    kept = 0.5 ** (hours / _SURGE_HALF_LIFE_HOURS)
    return replace(
        habit,
        hourly_rates=tuple(rates),
        observed_hours=habit.observed_hours + hours,
        recent_items=habit.recent_items * kept + items,
        recent_expected=habit.recent_expected * kept + expected,
        dispersion=min(max(dispersion, 1.0), _LARGEST_DISPERSION),
        window=habit.window if window is None else window,
    )


def surge(habit: Habit) -> float:
    """How much faster than usual items have come in the last hours; 1 when not faster."""
    ratio = (habit.recent_items + _SURGE_CALM) / (habit.recent_expected + _SURGE_CALM)
    return min(max(ratio, 1.0), _LARGEST_SURGE)


def items_per_day(habit: Habit) -> float:
    """The mean over a week."""
    half = BUCKETS // 2
    return (5 * sum(habit.hourly_rates[:half]) + 2 * sum(habit.hourly_rates[half:])) / 7


def longest_safe_wait(habit: Habit, now: datetime, *, at_most: timedelta) -> timedelta:
    """How long from `now` until the items that may come would fill the document."""
    room = max(habit.window - 1, 1)  # one known item shows that nothing was missed
    margin = _MARGIN * sqrt(habit.dispersion)
    # the mean m for which m + margin * sqrt(m) is the room
    mean = ((sqrt(margin**2 + 4 * room) - margin) / 2) ** 2
    factor = surge(habit)
    at = now
    while at < now + at_most:
        end = min(_next_hour(at), now + at_most)
        coming = factor * habit.hourly_rates[_bucket(at)] * ((end - at) / _HOUR)
        if coming >= mean:
            return at - now + (end - at) * (mean / coming)
        mean -= coming
        at = end
    return at_most


def _by_bucket(since: datetime, now: datetime) -> dict[int, float]:
    """The hours between two times that fall in each bucket."""
    hours: dict[int, float] = {}
    for at, end in _hours_between(since, now):
        hours[_bucket(at)] = hours.get(_bucket(at), 0.0) + (end - at) / _HOUR
    return hours


def _hours_between(since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < now:
        end = min(_next_hour(since), now)
        yield since, end
        since = end


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + _HOUR


def _bucket(at: datetime) -> int:
    return at.hour + (BUCKETS // 2 if at.weekday() >= 5 else 0)
