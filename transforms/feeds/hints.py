"""How often a feed wants to be asked: RSS `ttl`, `skipHours`, `skipDays`, and the syndication module.

Read from the XML, since feedparser keeps one hour and one day of those lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from transforms.feeds.sitemap import local_name
from transforms.records import FeedHints

_PERIOD_MINUTES = {
    "hourly": 60.0,
    "daily": 1_440.0,
    "weekly": 10_080.0,
    "monthly": 43_200.0,
    "yearly": 525_600.0,
}
"""`sy:updatePeriod` (RSS 1.0 syndication module); other words are met ("always", "minutely") and mean nothing."""

_DAYS = {
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
}
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_HOUR = re.compile(r"[0-9]{1,2}")

_LONGEST_MINUTES = 7 * 1_440.0
"""A week.  Nobody waits longer for a feed, and numbers met in the wild overflow what a time can hold."""


def read_hints(root: etree._Element) -> FeedHints:
    """Read the hints of a parsed RSS or Atom document."""
    hints = dict(_channel_fields(root))
    return FeedHints(
        ttl_minutes=_minutes(_number(hints.get("ttl"))),
        update_interval_minutes=_update_interval(hints.get("updateperiod"), hints.get("updatefrequency")),
        # The specification counts hours from 0; the one before it counted 24 for midnight.
        skip_hours=frozenset(
            int(hour) % 24 for hour in _words(hints.get("skiphours")) if _HOUR.fullmatch(hour) and int(hour) <= 24
        ),
        skip_days=frozenset(_DAYS[day] for day in _words(hints.get("skipdays")) if day in _DAYS),
    )


def _channel_fields(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield name and text of the children of the root and its channel."""
    for child in root:
        name = local_name(child)
        if name == "channel":
            yield from _channel_fields(child)
        elif name in ("ttl", "updateperiod", "updatefrequency", "skiphours", "skipdays"):
            yield name, " ".join(str(text) for text in child.itertext("*"))


def _update_interval(period: str | None, frequency: str | None) -> float | None:
    minutes = _PERIOD_MINUTES.get((period or "").strip().lower())
    times = _number(frequency)
    if minutes is None or times == 0:
        return None
    return _minutes(minutes / (1.0 if times is None else times))


def _minutes(stated: float | None) -> float | None:
    """An interval that can be kept; None where none is meant."""
    return min(stated, _LONGEST_MINUTES) if stated else None


def _number(text: str | None) -> float | None:
    match = _NUMBER.search(text or "")
    return float(match[0]) if match else None


def _words(text: str | None) -> list[str]:
    return _WORD.findall((text or "").lower())
