"""Publishers' times: RFC 822, ISO 8601, and what feeds and pages write besides.

A time is read only where it can mean one thing; a wrong instant is worse than none.  Hence 03/04/2026 is nothing, and
a zone that is unknown or has several meanings (IST, BST) leaves the day and takes the hour.  No clock is consulted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from transforms.date_words import AM, FILLERS, HOUR_WORDS, MONTHS, PM, fold
from transforms.records import Precision, PublisherTime
from transforms.zone_names import ZONES

_LONGEST = 100
"""Characters; a longer string holds more than a time, and is not worth the matching."""

# ---------------------------------------------------------------- words and scripts


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\(.*?\)|\[.*?\]", " "),  # comments of RFC 822, (CEST); weekdays in Korean and Japanese
        (r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]", r"\1-\2-\3 "),
        (r"\b(\d{4})\.\s?(\d{1,2})\.\s?(\d{1,2})\b\.?", r"\1-\2-\3 "),  # Korean, Hungarian
        (r"(\d)\s*[時时点點시]\s*(?=\d)|(\d)\s*[分분]\s*(?=\d)", r"\1\2:"),
        (r"(\d)\s*[分분秒초]", r"\1 "),
        (rf"(?<=\d)\s*(?:{_any_of(AM)})(?!\w)|(?<!\w)(?:{_any_of(AM)})\s*(?=\d)", " am "),
        (rf"(?<=\d)\s*(?:{_any_of(PM)})(?!\w)|(?<!\w)(?:{_any_of(PM)})\s*(?=\d)", " pm "),
        (r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b", ""),  # ordinals
        (rf"(?<=\d)\s*(?:{_any_of(HOUR_WORDS)})\b\.?", " "),
        (rf"(?<!\w)(?:{_any_of(FILLERS)})(?!\w)\.?", " "),
        (r",", " "),
        (r"\s+", " "),
    )
)
"""Applied in order to the lower-cased string, before the formats are tried."""

_KOREAN = re.compile("[년오전후]")
_KOREAN_OFFSET_MINUTES = 540
"""Dates in Korean seldom name a zone; both Koreas are in this one, and nobody else writes them."""

# ---------------------------------------------------------------- formats

_NAME = r"(?P<name>[^\W\d_]{3,}|[^\W\d_]{2,}(?=\.))\.?"
_WEEKDAY = r"(?:[^\W\d_]+\.? )?"
_YEAR_MONTH_DAY = (
    r"(?P<year>\d{4})(?P<separator>[-/])(?:(?P<month>\d{1,2})|" + _NAME + r")(?P=separator)(?P<day>\d{1,2})"
)
_DAY_NAME_YEAR = _WEEKDAY + r"(?P<day>\d{1,2})\.?[ -]" + _NAME + r"[ -](?P<year>\d{4}|\d{2})"
_NAME_DAY_YEAR = _WEEKDAY + _NAME + r" (?P<day>\d{1,2}) (?P<year>\d{4})"
_DAY_MONTH_YEAR = r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4}|\d{2}(?![.:\d]))"
_EITHER_FIRST = r"(?P<first>\d{1,2})(?P<separator>[-/])(?P<second>\d{1,2})(?P=separator)(?P<year>\d{4})"

_COMPACT_DAY = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"

_HALF = r"(?P<half>am|pm)"
_CLOCK = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<seconds>\d{2})(?:[.,](?P<fraction>\d+))?)?"
_TIME = rf"(?:{_HALF} )?{_CLOCK}(?: ?{_HALF.replace('half', 'half_after')}\b)?"
_COMPACT_TIME = r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<seconds>\d{2})?"
_ZONE = r"(?: ?(?P<zone>[a-z]+(?:/[a-z_]+)*))?(?: ?(?P<offset>[-+\u2212]\d{1,2}(?::?\d{2})?))?"
_GAP = r"(?:t| t ?| ?[-\u2013|:] | )"

_FORMATS = tuple(
    re.compile(pattern)
    for pattern in (
        # ISO 8601 and W3CDTF: 2026-06-01T12:00:00+02:00; 2026/06/01; 2026-június-01T12:00+02:00
        rf"{_YEAR_MONTH_DAY}(?:z|[-+]\d{{2}}:\d{{2}}|{_GAP}{_TIME}{_ZONE})?",
        # ISO 8601, basic form: 20260601T100000Z, and the fourteen digits of web archives
        rf"{_COMPACT_DAY}(?:t?{_COMPACT_TIME}{_ZONE})?",
        # W3CDTF by the month: read as its first day
        r"(?P<year>\d{4})-(?P<month>\d{2})",
        # RFC 822 and RFC 850: Mon, 01 Jun 2026 10:00:00 GMT; Monday, 01-Jun-26 10:00 +0200; 1. Juni 2026, 12 Uhr
        rf"{_DAY_NAME_YEAR}(?:{_GAP}{_TIME}{_ZONE})?",
        # American: June 1, 2026 10:00 AM EDT
        rf"{_NAME_DAY_YEAR}(?:{_GAP}{_TIME}{_ZONE})?",
        # ctime: Mon Jun 1 10:00:00 UTC 2026
        rf"{_WEEKDAY}{_NAME} (?P<day>\d{{1,2}}) {_TIME}{_ZONE} (?P<year>\d{{4}})",
        # European numbers: 01.06.2026 12:00
        rf"{_DAY_MONTH_YEAR}(?:{_GAP}{_TIME}{_ZONE})?",
        # 25/12/2026 and 12/25/2026, where only one reading is a date
        rf"{_EITHER_FIRST}(?:{_GAP}{_TIME}{_ZONE})?",
        # The time in front: 12:30, 1 June 2026
        rf"{_TIME}{_ZONE}{_GAP}{_DAY_NAME_YEAR}",
        rf"{_TIME}{_ZONE}{_GAP}{_NAME_DAY_YEAR}",
        rf"{_TIME}{_ZONE}{_GAP}{_DAY_MONTH_YEAR}",
    )
)
"""Tried in order on the whole string."""

_UNIX_TIME = re.compile(r"(?P<seconds>[1-3]\d{9})(?P<milliseconds>\d{3})?")
"""Seconds or milliseconds since 1970, from September 2001 on."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDEST_OFFSET_MINUTES = 14 * 60
_OLDEST_BELIEVED = datetime(1600, 1, 1, tzinfo=UTC)
"""Papers digitise their archives; none is older than the newspaper."""


def parse_time(raw: str, *, day_first: bool | None = None) -> PublisherTime | None:
    """Read a time as a publisher wrote it; None when it cannot be read, or could mean several instants.

    `day_first` tells how to read 03/04/2026, None where nobody knows: then only 25/12/2026 and 12/25/2026 are dates.
    A time without zone is read as UTC.  A date without time gets `Precision.DAY`, and so does one whose zone is
    unknown.  24:00 is the next day's beginning, second 60 the next minute's (RFC 3339, 5.6).  Two-digit years are
    read by RFC 5322, 4.3: 00 to 49 are of this century.
    """
    raw = raw.strip()
    if not raw or len(raw) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", raw).casefold()
    if unix := _UNIX_TIME.fullmatch(text):
        return _from_unix(unix, raw)
    is_korean = bool(_KOREAN.search(text))
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    for fields in _matches(text.strip()):
        day = _day_of(fields, day_first)
        if day is not None:
            return _with_time(day, fields, raw, default_offset=_KOREAN_OFFSET_MINUTES if is_korean else None)
    return None


def http_date(value: str | None) -> datetime | None:
    """Return the time of an HTTP header such as Date (RFC 9110, 5.6.7) in UTC; None when it cannot be read."""
    try:
        time = parsedate_to_datetime(value or "")
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # an offset of days, a year before the first
        return None


def believable(time: PublisherTime | None, *, now: datetime) -> PublisherTime | None:
    """Return `time`, or None when a publication time cannot be that: more than a day after `now` (UTC), the first day
    of Unix time (a zero shown as a date), or older than newspapers."""
    if time is None or time.at < _OLDEST_BELIEVED or time.at > now + timedelta(days=1):
        return None
    return None if abs(time.at - _EPOCH) <= timedelta(days=1) else time


def _from_unix(unix: re.Match[str], raw: str) -> PublisherTime:
    at = _EPOCH + timedelta(seconds=int(unix["seconds"]), milliseconds=int(unix["milliseconds"] or 0))
    return PublisherTime(at=at, precision=Precision.SECOND, offset_minutes=None, raw=raw)


def _matches(text: str) -> Iterator[dict[str, str]]:
    for pattern in _FORMATS:
        if match := pattern.fullmatch(text):
            yield {name: value for name, value in match.groupdict().items() if value is not None}


def _day_of(fields: dict[str, str], day_first: bool | None) -> datetime | None:
    """Return midnight UTC of the stated day; None where there is no such day, or two."""
    year = int(fields["year"])
    if len(fields["year"]) == 2:
        year += 2000 if year < 50 else 1900
    if "first" in fields:
        first, second = int(fields["first"]), int(fields["second"])
        if first > 12 or second > 12 or first == second:
            day, month = max(first, second), min(first, second)
        elif day_first is None:
            return None
        else:
            day, month = (first, second) if day_first else (second, first)
    else:
        day = int(fields.get("day", "1"))
        month = int(fields["month"]) if "month" in fields else MONTHS.get(fold(fields["name"]), 0)
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _with_time(day: datetime, fields: dict[str, str], raw: str, *, default_offset: int | None) -> PublisherTime | None:
    only_day = PublisherTime(at=day, precision=Precision.DAY, offset_minutes=None, raw=raw)
    if "hour" not in fields:
        return only_day
    since_midnight = _time_of_day(fields)
    if since_midnight is None:
        return None
    try:
        offset = _offset_minutes(fields)
    except LookupError:
        return only_day
    if offset is None and not fields.keys() & {"zone", "offset"}:
        offset = default_offset
    try:
        at = day + since_midnight - timedelta(minutes=offset or 0)
    except OverflowError:
        return None
    return PublisherTime(
        at=at,
        precision=Precision.SECOND if "seconds" in fields else Precision.MINUTE,
        offset_minutes=offset,
        raw=raw,
    )


def _time_of_day(fields: dict[str, str]) -> timedelta | None:
    hour, minute, second = int(fields["hour"]), int(fields["minute"]), int(fields.get("seconds", "0"))
    microsecond = int(fields.get("fraction", "0")[:6].ljust(6, "0"))
    half = fields.get("half") or fields.get("half_after")
    if half == "am" and hour > 12:
        return None
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    is_end_of_day = hour == 24 and minute == second == 0
    if (hour > 23 and not is_end_of_day) or minute > 59 or second > 60:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=0 if second == 60 else microsecond)


def _offset_minutes(fields: dict[str, str]) -> int | None:
    """Return the stated offset from UTC in minutes, None when none is stated; LookupError when it tells nothing."""
    stated = fields.get("offset")
    if stated is None:
        name = fields.get("zone")
        return None if name is None else ZONES[name]
    if stated in ("-0000", "-00:00"):
        return None  # RFC 5322, 3.3: the time is UTC, the place is not told
    digits = stated[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if minutes > 59 or hours * 60 + minutes > _WIDEST_OFFSET_MINUTES:
        raise LookupError(stated)
    return (hours * 60 + minutes) * (1 if stated[0] == "+" else -1)
