"""What an answer's headers ask for: how long until the next poll makes sense (RFC 9111, sections 4.2.1 and 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from transforms.dates import http_date

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})")
_NO_FRESHNESS = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b")


def server_wants(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The freshness that Cache-Control or Expires gives the answer; None where they say nothing usable.

    The server's own Date is the clock for Expires, so that a server whose clock is off means what it says.
    """
    control = headers.get("cache-control", "").lower()
    if _NO_FRESHNESS.search(control):
        return None
    if max_age := _MAX_AGE.search(control):
        age = headers.get("age", "0")
        seconds = int(max_age[1]) - (int(age) if age.isdecimal() and len(age) < 10 else 0)
        return timedelta(seconds=seconds) if seconds > 0 else None
    expires, sent = http_date(headers.get("expires")), http_date(headers.get("date")) or now
    return expires - sent if expires and expires > sent else None
