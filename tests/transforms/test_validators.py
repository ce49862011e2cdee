"""When a feed's validators are sent and believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from transforms.arrivals import mark_of
from transforms.records import Entry, FeedState, Precision, PublisherTime, ValidatorUse
from transforms.validators import after_document, after_not_modified, validator_use, with_sendable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KNOWN = Entry(key="known", position=0)
STATE = FeedState(
    feed_url="https://paper.news/rss",
    etag='W/"1"',
    last_modified="Sun, 22 Nov 2026 10:00:00 GMT",
    entry_marks=(mark_of(KNOWN),),
    last_success_at=NOW - HOUR,
    full_answer_at=NOW - 2 * DAY,
    not_modified_count=111,
)


def new_entry(age: timedelta | None) -> Entry:
    at = NOW - age if age is not None else None
    time = at and PublisherTime(at=at, precision=Precision.SECOND, offset_minutes=0, raw=at.isoformat())
    return Entry(key="new", position=1, published=time)


@pytest.mark.parametrize(
    ("count", "since_full", "distrusted_for", "expected"),
    [
        pytest.param(40, 2 * DAY, None, ValidatorUse.SENT, id="as-a-rule"),
        pytest.param(111, 2 * DAY, None, ValidatorUse.TESTED, id="one-in-about-a-hundred"),
        pytest.param(89, 2 * DAY, None, ValidatorUse.SENT, id="not-sooner"),
        pytest.param(500, 23 * HOUR, None, ValidatorUse.SENT, id="at-most-once-a-day"),
        pytest.param(2, 7 * DAY, None, ValidatorUse.TESTED, id="at-least-once-a-week"),
        pytest.param(0, 30 * DAY, None, ValidatorUse.SENT, id="nothing-to-test"),
        pytest.param(0, HOUR, HOUR, ValidatorUse.DISTRUSTED, id="distrusted"),
        pytest.param(0, HOUR, timedelta(0), ValidatorUse.SENT, id="believed-again"),
    ],
)
def test_validators_are_sent_but_for_a_test_now_and_then(
    count: int, since_full: timedelta, distrusted_for: timedelta | None, expected: ValidatorUse
) -> None:
    state = replace(
        STATE,
        not_modified_count=count,
        full_answer_at=NOW - since_full,
        distrusted_until=None if distrusted_for is None else NOW + distrusted_for,
    )
    assert validator_use(state, NOW) is expected


def test_feeds_are_not_all_tested_at_the_same_count() -> None:
    counts = set()
    for number in range(50):
        state = replace(STATE, feed_url=f"https://paper{number}.news/rss")
        uses = (validator_use(replace(state, not_modified_count=n), NOW) for n in range(200))
        counts.add(next(n for n, use in enumerate(uses) if use is ValidatorUse.TESTED))
    assert len(counts) > 10
    assert (min(counts), max(counts)) >= (90, 100)
    assert max(counts) <= 111


@pytest.mark.parametrize(
    ("etag", "entries", "is_lie"),
    [
        pytest.param('W/"2"', [new_entry(timedelta(minutes=30))], False, id="new-since-the-last-304"),
        pytest.param('W/"2"', [new_entry(5 * HOUR)], True, id="older-than-the-last-304"),
        pytest.param('W/"2"', [new_entry(None)], False, id="undated-under-another-validator"),
        pytest.param('W/"1"', [new_entry(None)], True, id="under-the-same-validators"),
        pytest.param('W/"1"', [KNOWN], False, id="nothing-new"),
        pytest.param('W/"1"', None, False, id="the-same-document"),
    ],
)
def test_validators_that_hid_an_entry_are_not_sent_for_a_week(
    etag: str, entries: list[Entry] | None, is_lie: bool
) -> None:
    after = after_document(STATE, now=NOW, etag=etag, last_modified=STATE.last_modified, entries=entries)
    assert after.distrusted_until == (NOW + 7 * DAY if is_lie else None)
    assert (after.etag, after.not_modified_count, after.full_answer_at) == (etag, 0, NOW)


@pytest.mark.parametrize("count", [pytest.param(0, id="no-304-before"), pytest.param(40, id="a-conditional-answer")])
def test_but_for_a_test_a_late_entry_is_no_lie(count: int) -> None:
    state = replace(STATE, not_modified_count=count)
    after = after_document(state, now=NOW, etag='W/"2"', last_modified=None, entries=[new_entry(5 * HOUR)])
    assert after.distrusted_until is None


def test_a_304_refreshes_the_validators_that_it_brings_and_keeps_the_others() -> None:
    after = after_not_modified(STATE, etag='"3"', last_modified=None)
    assert (after.etag, after.last_modified, after.not_modified_count) == ('"3"', STATE.last_modified, 112)


@pytest.mark.parametrize(
    ("validator", "is_kept"),
    [
        pytest.param('W/"a b\tc;br-gzip"', True, id="as-they-are"),
        pytest.param("no quotes", True, id="malformed-and-harmless"),
        pytest.param('"a\x7f"', False, id="delete"),
        pytest.param('"a\x01"', False, id="control"),
        pytest.param('"a\r\nHost: b"', False, id="line-end"),
        pytest.param('"caf\xe9"', False, id="not-ascii"),
        pytest.param("", False, id="empty"),
        pytest.param(" \t", False, id="blank"),
    ],
)
def test_what_cannot_be_sent_back_is_no_validator(validator: str, is_kept: bool) -> None:
    expected = validator if is_kept else None
    read = after_document(STATE, now=NOW, etag=validator, last_modified=validator, entries=None)
    stored = with_sendable(replace(STATE, etag=validator, last_modified=validator))
    assert (read.etag, read.last_modified) == (stored.etag, stored.last_modified) == (expected, expected)
    confirmed = after_not_modified(STATE, etag=validator, last_modified=None)
    assert confirmed.etag == (expected or STATE.etag)
    assert validator_use(replace(read, not_modified_count=0), NOW) is (
        ValidatorUse.SENT if is_kept else ValidatorUse.NONE
    )
