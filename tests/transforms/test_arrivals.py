"""How a feed's items arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.benchmarks.cadence import HABITS, Tally, compare_all
from transforms.arrivals import (
    Found,
    Listing,
    compare,
    first_habit,
    items_per_day,
    learned,
    listing_of,
    longest_safe_wait,
    mark_of,
)
from transforms.records import Entry, Precision, PublisherTime

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(hours_ago: float) -> Entry:
    at = NOW - timedelta(hours=hours_ago)
    return Entry(
        key=str(hours_ago),
        position=0,
        published=PublisherTime(at=at, precision=Precision.SECOND, offset_minutes=0, raw=at.isoformat()),
    )


def test_rate_and_reach_are_read_off_the_dates() -> None:
    listing = listing_of([entry(hours) for hours in (1, 12, 24, 36, 48)], NOW)
    assert (len(listing.marks), listing.reach, listing.newest) == (5, 48 * HOUR, HOUR)
    assert listing.per_hour == pytest.approx(5 / 48)


def test_dates_that_cannot_be_right_do_not_count() -> None:
    assert listing_of([entry(-48), entry(50), entry(74), entry(24 * 365 * 56)], NOW).reach == 74 * HOUR


def test_an_entry_is_known_by_its_link_whatever_becomes_of_its_guid() -> None:
    first, second = (Entry(key=key, position=0, link=f"https://a.news/1?utm_source={key}") for key in "ab")
    assert mark_of(first) == mark_of(second)
    assert mark_of(Entry(key="a", position=0)) != mark_of(Entry(key="b", position=0))


def test_what_is_new_is_what_the_document_before_did_not_have() -> None:
    assert compare(Listing(marks=(1, 2, 3)), before=(2, 3, 4), waited=HOUR) == Found(new=1)
    assert compare(Listing(marks=(1, 2, 3)), before=(), waited=HOUR) == Found(new=0)


def test_a_feed_of_office_hours_may_wait_longer_at_night() -> None:
    habit = first_habit(Listing(marks=tuple(range(30)), reach=5 * HOUR, per_hour=6))
    at = NOW - timedelta(days=21)
    while at < NOW:
        habit = learned(habit, Found(new=6 if 8 <= at.hour < 18 and at.weekday() < 5 else 0), since=at, now=at + HOUR)
        at += HOUR
    by_day = longest_safe_wait(habit, NOW.replace(hour=9), at_most=12 * HOUR)
    by_night = longest_safe_wait(habit, NOW.replace(hour=20), at_most=12 * HOUR)
    assert by_day < 4 * HOUR
    assert by_night > 10 * HOUR
    assert items_per_day(habit) < 70  # the first guess was 144, and the truth is 43


def test_a_surge_shortens_the_wait_and_dies_down() -> None:
    habit = first_habit(Listing(marks=tuple(range(100)), reach=50 * HOUR, per_hour=2))
    for hour in range(100):
        habit = learned(habit, Found(new=2), since=NOW + hour * HOUR, now=NOW + (hour + 1) * HOUR)
    now = NOW + 101 * HOUR
    calm = longest_safe_wait(habit, now, at_most=48 * HOUR)
    surging = learned(habit, Found(new=40), since=now - HOUR, now=now)
    assert longest_safe_wait(surging, now, at_most=48 * HOUR) < calm / 5


def test_four_weeks_of_feeds_of_nine_habits_miss_hardly_anything_at_little_more_than_the_best_fixed_interval() -> None:
    """The same as the benchmark, with a feed or two of each habit."""
    adaptive, fixed = Tally(), Tally()
    for habit, (by_cadence, by_best) in compare_all(2, seed=3, fresh_within=None).items():
        assert habit in HABITS
        assert by_cadence.unrecorded == 0
        adaptive.add(by_cadence)
        fixed.add(by_best)
    assert adaptive.items > 20_000
    assert adaptive.missed_share < 0.005  # so few feeds vary; the benchmark has 1,800
    assert adaptive.requests <= 1.5 * fixed.requests
