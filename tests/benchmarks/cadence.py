"""Four weeks of made-up feeds: what the adaptive cadence misses and asks, beside the best fixed interval of each feed.

    python -m tests.benchmarks.cadence               (from the project's folder)

Nine habits.  A feed's document holds its last so many items; what arrives beyond them between two polls is missed.
The best fixed interval is known only afterwards: the longest of a ladder from ten minutes to twelve hours that misses
less than one item in a thousand.  Misses that no poll every ten minutes avoids count for neither.  With `--fresh` the
cadence also has to show news soon, and the fixed interval must be as fresh in the mean.
"""

from __future__ import annotations

import argparse
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from transforms.arrivals import Listing
from transforms.cadence import LONGEST_INTERVAL, SHORTEST_INTERVAL, Wishes, after_success
from transforms.records import FeedHints, FeedState

START = datetime(2026, 3, 2, tzinfo=UTC)
WEEKS = 4
HOURS = WEEKS * 7 * 24
LADDER = (10, 15, 20, 30, 40, 50, 60, 75, 90, 105, 120, 150, 180, 210, 240, 300, 360, 420, 480, 540, 600, 660, 720)
"""Fixed intervals in minutes."""
TOLERATED = 0.001
UNDATED = 0.2
"""Share of feeds whose items carry no dates."""

Rates = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpFeed:
    """The hours at which a feed's items arrive, counted from its first poll (what it holds then came before)."""

    habit: str
    window: int
    arrivals: Sequence[float]
    is_dated: bool


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a way of polling came to.  `delay` is the sum of hours between arrival and poll of the items seen."""

    requests: int = 0
    items: int = 0
    missed: int = 0
    unavoidable: int = 0
    gaps: int = 0
    unrecorded: int = 0
    estimated: int = 0
    delay: float = 0.0

    def add(self, other: Tally) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def missed_share(self) -> float:
        """Of all items, those missed that somebody could have seen."""
        return max(0, self.missed - self.unavoidable) / max(1, self.items)


# ---------------------------------------------------------------- habits


def _is_office(hour: float) -> bool:
    return (hour // 24) % 7 < 5 and 7 <= hour % 24 < 19


def _rates(habit: str, per_day: float, random: Random) -> Rates:
    """Items an hour at each hour since the start, for the habits that are a matter of rates."""
    even = per_day / 24
    if habit == "steady":
        return lambda hour: even
    if habit == "office hours":
        return lambda hour: even * 1.9 if _is_office(hour) else even * 0.15
    if habit == "day and night":
        return lambda hour: even * (1.6 if 6 <= hour % 24 < 22 else 0.2) * (0.6 if (hour // 24) % 7 >= 5 else 1.0)
    if habit == "growing":
        return lambda hour: even * (0.5 + hour / HOURS)
    if habit == "breaking news":
        starts = [random.uniform(0, HOURS) for _ in range(3)]

        def breaking(hour: float) -> float:
            return even * max([1.0, *(5.0 * (1 - (hour - start) / 8) for start in starts if 0 <= hour - start < 8)])

        return breaking
    if habit == "bursts":
        begun = [random.uniform(0, HOURS) for _ in range(WEEKS * 14)]
        return lambda hour: even * 0.6 + sum(even * 2 for start in begun if 0 <= hour - start < 2)
    raise AssertionError(habit)


def _thinned(rate: Rates, random: Random, most: float) -> Iterator[float]:
    at = 0.0
    while (at := at + random.expovariate(most)) < HOURS:
        if random.random() * most < rate(at):
            yield at


def _dumps(habit: str, window: int, random: Random) -> Iterator[float]:
    """Many items at once: one dump a day, at an hour of its own, or one a week."""
    size = max(2, round(window * random.uniform(0.2, 0.8)))
    every, at = (24, random.uniform(0, 24)) if habit == "a dump a day" else (168, random.uniform(0, 168))
    while at < HOURS:
        count = max(1, round(random.gauss(size, size * 0.1)))
        yield from sorted(at + random.uniform(-0.05, 0.05) for _ in range(count))
        at += every


HABITS = (
    *("steady", "office hours", "day and night", "growing", "bursts", "breaking news"),
    *("a dump a day", "weekly", "dead"),
)


def made_up_feeds(per_habit: int, seed: int) -> Iterator[MadeUpFeed]:
    """The same feeds for the same seed."""
    for habit in HABITS:
        for number in range(per_habit):
            random = Random(f"{seed} {habit} {number}")
            window = random.choice((15, 20, 25, 30, 40, 50, 100))
            per_day = window * random.uniform(0.5, 8)
            if habit == "dead":
                coming: Iterator[float] = iter(())
            elif habit in ("a dump a day", "weekly"):
                coming = _dumps(habit, window, random)
            else:
                coming = _thinned(_rates(habit, per_day, random), random, most=per_day / 24 * 12)
            pace = 24 / per_day if habit != "dead" else 2_000.0
            before = [-pace * (window - position) * random.uniform(0.8, 1.2) for position in range(window)]
            arrivals = (*sorted(before), *(at for at in coming if at > 0))
            yield MadeUpFeed(habit=habit, window=window, arrivals=arrivals, is_dated=random.random() >= UNDATED)


# ---------------------------------------------------------------- polling


def poll_at_fixed(feed: MadeUpFeed, hours: float) -> Tally:
    """Polls a feed at a fixed interval."""
    tally = Tally(items=len(feed.arrivals) - feed.window)
    seen, at = feed.window, 0.0
    while at < HOURS:
        tally.requests += 1
        seen = _look(feed, at, seen, tally)
        at += hours
    return tally


def _look(feed: MadeUpFeed, at: float, seen: int, tally: Tally) -> int:
    arrived = bisect_right(feed.arrivals, at)
    first = max(seen, arrived - feed.window)
    tally.missed += first - seen
    tally.delay += sum(at - arrival for arrival in feed.arrivals[first:arrived])
    return arrived


def poll_by_cadence(feed: MadeUpFeed, number: int, wishes: Wishes) -> Tally:
    """Polls a feed when the cadence says so."""
    tally = Tally(items=len(feed.arrivals) - feed.window)
    state = FeedState(feed_url=f"https://feed{number}.example/{feed.habit}")
    seen, now, end = feed.window, START, START + timedelta(weeks=WEEKS)
    while now < end:
        at = (now - START) / timedelta(hours=1)
        tally.requests += 1
        missed = tally.missed
        arrived = _look(feed, at, seen, tally)
        is_changed = arrived > seen or tally.requests == 1
        listing = _listing(feed, at, arrived) if is_changed else None
        state, gap = after_success(state, now=now, listing=listing, hints=FeedHints(), wishes=wishes)
        if gap is not None:
            tally.gaps += 1
            tally.estimated += gap.missed
        elif tally.missed > missed:
            tally.unrecorded += 1
        seen = arrived
        assert state.next_poll_at is not None
        now = state.next_poll_at
    return tally


def _listing(feed: MadeUpFeed, at: float, arrived: int) -> Listing:
    first = arrived - feed.window
    marks = tuple(range(first, arrived))
    if not feed.is_dated:
        return Listing(marks=marks)
    oldest, newest = feed.arrivals[first], feed.arrivals[arrived - 1]
    recent = arrived - max(first, bisect_right(feed.arrivals, at - 720))
    return Listing(
        marks=marks,
        reach=timedelta(hours=at - oldest),
        per_hour=recent / min(at - oldest, 720),
        newest=timedelta(hours=at - newest),
    )


def best_fixed(feed: MadeUpFeed, unavoidable: int, mean_delay: float | None) -> Tally:
    """The longest interval of the ladder that misses less than one in a thousand, and is as fresh where that counts."""
    for minutes in reversed(LADDER):
        tally = poll_at_fixed(feed, minutes / 60)
        tally.unavoidable = min(unavoidable, tally.missed)
        is_fresh = mean_delay is None or tally.delay <= mean_delay * max(1, tally.items - tally.missed)
        if tally.missed_share < TOLERATED and is_fresh:
            return tally
    return tally


def compare_all(per_habit: int, seed: int, *, fresh_within: timedelta | None) -> dict[str, tuple[Tally, Tally]]:
    """Habit → what the cadence came to, and what the best fixed intervals did."""
    tallies = {habit: (Tally(), Tally()) for habit in HABITS}
    for number, feed in enumerate(made_up_feeds(per_habit, seed)):
        unavoidable = poll_at_fixed(feed, SHORTEST_INTERVAL / timedelta(hours=1)).missed
        adaptive = poll_by_cadence(feed, number, Wishes(fresh_within=fresh_within))
        adaptive.unavoidable = min(unavoidable, adaptive.missed)
        mean_delay = adaptive.delay / max(1, adaptive.items - adaptive.missed) if fresh_within else None
        fixed = best_fixed(feed, unavoidable, mean_delay)
        tallies[feed.habit][0].add(adaptive)
        tallies[feed.habit][1].add(fixed)
    return tallies


def main() -> None:
    """Prints a table: a row for each habit, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=200, help="feeds of each habit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", type=float, metavar="MINUTES", help="how soon news are to be seen; default: no wish")
    options = parser.parse_args()
    assert timedelta(minutes=LADDER[-1]) == LONGEST_INTERVAL
    fresh_within = timedelta(minutes=options.fresh) if options.fresh else None
    tallies = compare_all(options.feeds, options.seed, fresh_within=fresh_within)
    total = (Tally(), Tally())
    for adaptive, fixed in tallies.values():
        total[0].add(adaptive)
        total[1].add(fixed)
    header = ("items", "missed", "unavoidable", "gaps", "estimated", "unrecorded", "asked/day", "fixed/day", "ratio")
    print(f"{'habit':<15}" + "".join(f"{name:>13}" for name in header))
    for habit, (adaptive, fixed) in [*tallies.items(), ("all", total)]:
        feeds = options.feeds * (len(HABITS) if habit == "all" else 1)
        per_day = feeds * WEEKS * 7
        cells = (
            *(f"{adaptive.items}", f"{adaptive.missed_share:.4%}", f"{adaptive.unavoidable}", f"{adaptive.gaps}"),
            *(f"{adaptive.estimated}", f"{adaptive.unrecorded}", f"{adaptive.requests / per_day:.2f}"),
            *(f"{fixed.requests / per_day:.2f}", f"{adaptive.requests / fixed.requests:.2f}"),
        )
        print(f"{habit:<15}" + "".join(f"{cell:>13}" for cell in cells))


if __name__ == "__main__":
    main()
