"""When a feed's validators are sent, and when they are not believed.

Some servers answer 304 although the feed changed.  So after about a hundred answers 304 in a row, or a week of them,
a feed is asked once without validators, never more often than once a day; and where that shows entries that a 304 had
passed over, the validators are left away for a week and the document itself is compared.

What is no field value is no validator: sent back it would not come out as it came in, or not be sent at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from transforms.arrivals import mark_of
from transforms.records import Entry, FeedState, ValidatorUse

TESTED_AFTER = 100
"""Answers 304 in a row, a tenth more or less by the feed, so that feeds are not all tested by one run."""
TESTED_AT_MOST_EVERY = timedelta(hours=24)
TESTED_AT_LEAST_EVERY = timedelta(days=7)
DISTRUSTED_FOR = timedelta(days=7)
DATED_LATE = timedelta(hours=1)
"""How much older than its appearance a publisher's time may honestly make an entry."""

_FIELD_VALUE = re.compile(r"[\t\x20-\x7e]*[\x21-\x7e]")
"""A field value (RFC 9110, section 5.5) in ASCII: of other characters the text does not tell which bytes they were."""


def sendable(validator: str | None) -> str | None:
    """The validator where it can be sent back as it came; None where it cannot, or there is none."""
    return validator if validator is not None and _FIELD_VALUE.fullmatch(validator) else None


def with_sendable(state: FeedState) -> FeedState:
    """The state without validators that cannot be sent."""
    return replace(state, etag=sendable(state.etag), last_modified=sendable(state.last_modified))


def validator_use(state: FeedState, now: datetime) -> ValidatorUse:
    """What the next poll makes of the feed's validators."""
    if state.etag is None and state.last_modified is None:
        return ValidatorUse.NONE
    if state.distrusted_until is not None and now < state.distrusted_until:
        return ValidatorUse.DISTRUSTED
    if state.full_answer_at is None or state.not_modified_count == 0:
        return ValidatorUse.SENT
    waited = now - state.full_answer_at
    seed = blake2b(state.feed_url.encode("utf-8", "surrogatepass"), digest_size=1).digest()[0]
    is_often = state.not_modified_count >= TESTED_AFTER * (0.9 + 0.2 * seed / 255) and waited >= TESTED_AT_MOST_EVERY
    return ValidatorUse.TESTED if is_often or waited >= TESTED_AT_LEAST_EVERY else ValidatorUse.SENT


def after_not_modified(state: FeedState, *, etag: str | None, last_modified: str | None) -> FeedState:
    """The state after a 304.  It may bring new validators; what it leaves out stays (RFC 9111, section 4.3.4)."""
    return replace(
        state,
        etag=sendable(etag) or state.etag,
        last_modified=sendable(last_modified) or state.last_modified,
        not_modified_count=state.not_modified_count + 1,
    )


def after_document(
    state: FeedState,
    *,
    now: datetime,
    etag: str | None,
    last_modified: str | None,
    entries: Sequence[Entry] | None,
) -> FeedState:
    """The state after a whole answer that was read, with its validators byte for byte.

    `entries` is None when they are those that are known.
    """
    until = state.distrusted_until
    is_test = state.not_modified_count > 0 and validator_use(state, now) is not ValidatorUse.SENT
    if is_test and entries is not None and _were_passed_over(state, etag, last_modified, entries):
        until = now + DISTRUSTED_FOR
    return replace(
        state,
        etag=sendable(etag),
        last_modified=sendable(last_modified),
        not_modified_count=0,
        full_answer_at=now,
        distrusted_until=until,
    )


def _were_passed_over(state: FeedState, etag: str | None, last_modified: str | None, entries: Sequence[Entry]) -> bool:
    """Whether new entries stand under the same validators, or are older than the last 304 (the last success)."""
    new = [entry for entry in entries if mark_of(entry) not in set(state.entry_marks)]
    validators = (state.etag, state.last_modified)
    if new and validators == (etag, last_modified) and any(validators):
        return True
    last = state.last_success_at
    return last is not None and any(entry.published and entry.published.at < last - DATED_LATE for entry in new)
