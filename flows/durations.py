"""Durations as people write them in settings: "45s", "30 minutes", "every 2 h", "1d"."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 604800,
    "week": 604800,
}
_DURATION = re.compile(r"(?:every\s+)?(\d+(?:\.\d+)?)?\s*([a-z]+?)s?", re.IGNORECASE)


def parse_duration(text: str) -> timedelta:
    """Reads a positive duration; a unit without a number counts as one ("every hour").

    Raises ValueError, with the forms that are understood, for anything else.
    """
    match = _DURATION.fullmatch(text.strip())
    unit = match and _UNITS.get(match[2].lower())
    if not match or not unit or (match[1] and float(match[1]) <= 0):
        raise ValueError(
            f'{text!r} is no duration; write a number and a unit, for example "90s", "30m", "2 hours", "1d"'
        )
    try:
        return timedelta(seconds=float(match[1] or 1) * unit)
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any schedule; the longest useful duration is a few weeks") from None
