"""Publishers' times in the forms that feeds and pages have them."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.date_words import MONTHS
from transforms.dates import believable, http_date, parse_time
from transforms.records import Precision

_SECOND, _MINUTE, _DAY = Precision.SECOND, Precision.MINUTE, Precision.DAY


@pytest.mark.parametrize(
    ("raw", "instant", "precision", "offset"),
    [
        # RFC 822 and its relatives
        pytest.param("Mon, 01 Jun 2026 12:00:00 +0200", "2026-06-01T10:00:00", _SECOND, 120, id="rfc-822"),
        pytest.param("1 Jun 2026 10:00 GMT", "2026-06-01T10:00:00", _MINUTE, 0, id="no-weekday-no-seconds"),
        pytest.param("Mon, 01 Jun 26 10:00:00 Z", "2026-06-01T10:00:00", _SECOND, 0, id="year-of-two-digits"),
        pytest.param("Fri, 01 Jun 1979 10:00:00 UT", "1979-06-01T10:00:00", _SECOND, 0, id="last-century"),
        pytest.param("Fri, 01 Jun 79 10:00:00 UT", "1979-06-01T10:00:00", _SECOND, 0, id="last-century-in-two-digits"),
        pytest.param("Monday, 01-Jun-26 10:00:00 GMT", "2026-06-01T10:00:00", _SECOND, 0, id="rfc-850"),
        pytest.param("Fri, 01 Jun 2026 10:00:00 GMT", "2026-06-01T10:00:00", _SECOND, 0, id="wrong-weekday"),
        pytest.param("Tue, 01 Sept 2026 10:00:00 GMT", "2026-09-01T10:00:00", _SECOND, 0, id="sept"),
        pytest.param("Mon Jun  1 10:00:00 2026", "2026-06-01T10:00:00", _SECOND, None, id="ctime"),
        pytest.param("Mon Jun 1 10:00:00 CEST 2026", "2026-06-01T08:00:00", _SECOND, 120, id="unix-date"),
        pytest.param("Mon Jun 01 2026 12:00:00 GMT+0200 (CEST)", "2026-06-01T10:00:00", _SECOND, 120, id="javascript"),
        # Zones
        pytest.param("Mon, 01 Jun 2026 06:00:00 EDT", "2026-06-01T10:00:00", _SECOND, -240, id="american-zone"),
        pytest.param("Mon, 01 Jun 2026 12:00:00 CEST", "2026-06-01T10:00:00", _SECOND, 120, id="european-zone"),
        pytest.param("Mon, 01 Jun 2026 13:00:00 MSK", "2026-06-01T10:00:00", _SECOND, 180, id="moscow"),
        pytest.param("Mon, 01 Jun 2026 12:00:00 GMT+2", "2026-06-01T10:00:00", _SECOND, 120, id="gmt-plus"),
        pytest.param("Mon, 01 Jun 2026 12:00:00 UTC+02:00", "2026-06-01T10:00:00", _SECOND, 120, id="utc-plus"),
        pytest.param("Mon, 01 Jun 2026 15:30:00 +5:30", "2026-06-01T10:00:00", _SECOND, 330, id="short-offset"),
        pytest.param("Mon, 01 Jun 2026 10:00:00 -0000", "2026-06-01T10:00:00", _SECOND, None, id="place-not-told"),
        pytest.param("2026-06-01 08:00:00 \u22122", "2026-06-01T10:00:00", _SECOND, -120, id="typographic-minus"),
        # ISO 8601
        pytest.param("2026-06-01T12:00:00+02:00", "2026-06-01T10:00:00", _SECOND, 120, id="iso"),
        pytest.param("2026-06-01t10:00:00z", "2026-06-01T10:00:00", _SECOND, 0, id="iso-in-lower-case"),
        pytest.param("2026-06-01 10:00:00", "2026-06-01T10:00:00", _SECOND, None, id="iso-with-a-space"),
        pytest.param("2026-06-01T10:00Z", "2026-06-01T10:00:00", _MINUTE, 0, id="iso-minutes"),
        pytest.param("2026-06-01T10:00:00.123456789Z", "2026-06-01T10:00:00.123456", _SECOND, 0, id="nanoseconds"),
        pytest.param("2026-06-01T10:00:00+02:00[Europe/Berlin]", "2026-06-01T08:00:00", _SECOND, 120, id="java"),
        pytest.param("20260601T100000Z", "2026-06-01T10:00:00", _SECOND, 0, id="iso-basic"),
        pytest.param("20260601100000", "2026-06-01T10:00:00", _SECOND, None, id="fourteen-digits"),
        pytest.param("2020/1/10 14:33:00", "2020-01-10T14:33:00", _SECOND, None, id="slashes-year-first"),
        pytest.param("2026-06-01", "2026-06-01T00:00:00", _DAY, None, id="iso-day"),
        pytest.param("2026-06-01+02:00", "2026-06-01T00:00:00", _DAY, None, id="xml-schema-day"),
        pytest.param("20260601", "2026-06-01T00:00:00", _DAY, None, id="eight-digits"),
        pytest.param("2026-06", "2026-06-01T00:00:00", _DAY, None, id="w3c-month"),
        # Numbers
        pytest.param("1780308000", "2026-06-01T10:00:00", _SECOND, None, id="unix-seconds"),
        pytest.param("1780308000000", "2026-06-01T10:00:00", _SECOND, None, id="unix-milliseconds"),
        pytest.param("01.06.2026 12:00", "2026-06-01T12:00:00", _MINUTE, None, id="dots-day-first"),
        pytest.param("25/12/2026", "2026-12-25T00:00:00", _DAY, None, id="slashes-day-first"),
        pytest.param("12/25/2026 10:00 PM", "2026-12-25T22:00:00", _MINUTE, None, id="slashes-month-first"),
        pytest.param("06/06/2026", "2026-06-06T00:00:00", _DAY, None, id="slashes-either-way-the-same"),
        # English prose
        pytest.param("Monday, June 1, 2026 10:00:00 GMT", "2026-06-01T10:00:00", _SECOND, 0, id="american"),
        pytest.param("June 1st, 2026 at 7:05 p.m. EDT", "2026-06-01T23:05:00", _MINUTE, -240, id="half-day"),
        pytest.param("Jun 1, 2026, 12:05 AM", "2026-06-01T00:05:00", _MINUTE, None, id="after-midnight"),
        pytest.param("12:30, 1 June 2026", "2026-06-01T12:30:00", _MINUTE, None, id="time-in-front"),
        # Other languages
        pytest.param("Mo, 01 Juni 2026 12:00:00 +0200", "2026-06-01T10:00:00", _SECOND, 120, id="german"),
        pytest.param("1. März 2026, 12:30 Uhr", "2026-03-01T12:30:00", _MINUTE, None, id="german-prose"),
        pytest.param("1er août 2026 à 12h30", "2026-08-01T12:30:00", _MINUTE, None, id="french-prose"),
        pytest.param("lun., 01 juin 2026 12:00:00 +0200", "2026-06-01T10:00:00", _SECOND, 120, id="french"),
        pytest.param("1 de junio de 2026", "2026-06-01T00:00:00", _DAY, None, id="spanish"),
        pytest.param("seg, 01 fev 2026 07:00:00 -0300", "2026-02-01T10:00:00", _SECOND, -180, id="portuguese"),
        pytest.param("lun, 01 giu 2026 12:00:00 +0200", "2026-06-01T10:00:00", _SECOND, 120, id="italian"),
        pytest.param("pon, 01 cze 2026 12:00:00 +0200", "2026-06-01T10:00:00", _SECOND, 120, id="polish"),
        pytest.param("9 Mayıs 2026", "2026-05-09T00:00:00", _DAY, None, id="turkish"),
        pytest.param("2026-június-01T12:00+02:00", "2026-06-01T10:00:00", _MINUTE, 120, id="hungarian"),
        pytest.param("Пн, 1 июня 2026 г. 13:00 +0300", "2026-06-01T10:00:00", _MINUTE, 180, id="russian"),
        pytest.param("Δευ, 01 Ιουν 2026 13:00:00 +0300", "2026-06-01T10:00:00", _SECOND, 180, id="greek"),
        pytest.param("١ يونيو ٢٠٢٦", "2026-06-01T00:00:00", _DAY, None, id="arabic-with-its-digits"),
        pytest.param("2026年6月1日(月) 14時30分", "2026-06-01T14:30:00", _MINUTE, None, id="japanese"),
        pytest.param("2026年06月01日 下午 2:30", "2026-06-01T14:30:00", _MINUTE, None, id="chinese"),
        pytest.param("2026년 06월 01일 오후 07:00:00", "2026-06-01T10:00:00", _SECOND, 540, id="korean"),
        pytest.param("2026. 6. 1. 오후 7:00", "2026-06-01T10:00:00", _MINUTE, 540, id="korean-with-dots"),
        # Edges of the clock and the calendar
        pytest.param("Mon, 01 Jun 2026 24:00:00 GMT", "2026-06-02T00:00:00", _SECOND, 0, id="hour-24"),
        pytest.param("Tue, 30 Jun 2026 23:59:60 GMT", "2026-07-01T00:00:00", _SECOND, 0, id="leap-second"),
        pytest.param("29 Feb 2028 10:00 GMT", "2028-02-29T10:00:00", _MINUTE, 0, id="leap-day"),
        pytest.param("0001-01-01T00:00:00Z", "0001-01-01T00:00:00", _SECOND, 0, id="year-1"),
    ],
)
def test_a_time_is_read_with_its_precision_and_offset(
    raw: str, instant: str, precision: Precision, offset: int | None
) -> None:
    time = parse_time(f"  {raw}\n")
    assert time is not None
    assert time.at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert (time.precision, time.offset_minutes, time.raw) == (precision, offset, raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("Mon, 01 Jun 2026 15:30:00 IST", id="zone-with-three-meanings"),
        pytest.param("Mon, 01 Jun 2026 10:00:00 BST", id="zone-with-two-meanings"),
        pytest.param("Mon, 01 Jun 2026 10:00:00 XYZT", id="unknown-zone"),
        pytest.param("Mon, 01 Jun 2026 10:00:00 +9900", id="impossible-offset"),
        pytest.param("2026-06-01 10:00 Europe/Berlin", id="zone-by-its-city"),
    ],
)
def test_a_time_in_an_unclear_zone_keeps_its_day_only(raw: str) -> None:
    time = parse_time(raw)
    assert time is not None
    assert (time.at, time.precision, time.offset_minutes) == (datetime(2026, 6, 1, tzinfo=UTC), Precision.DAY, None)


@pytest.mark.parametrize(
    ("raw", "day_first", "day"),
    [
        pytest.param("03/04/2026", True, datetime(2026, 4, 3, tzinfo=UTC), id="day-first"),
        pytest.param("03/04/2026", False, datetime(2026, 3, 4, tzinfo=UTC), id="month-first"),
        pytest.param("25/12/2026", False, datetime(2026, 12, 25, tzinfo=UTC), id="only-one-reading-is-a-date"),
        pytest.param("3.4.26", None, datetime(2026, 4, 3, tzinfo=UTC), id="year-of-two-digits"),
    ],
)
def test_a_day_in_numbers_is_read_as_its_language_writes_it(raw: str, day_first: bool | None, day: datetime) -> None:
    time = parse_time(raw, day_first=day_first)
    assert time is not None
    assert (time.at, time.precision) == (day, Precision.DAY)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="empty"),
        pytest.param("yesterday", id="relative"),
        pytest.param("yesterday, 25:61", id="relative-with-an-impossible-time"),
        pytest.param("03/04/2026", id="slashes-that-mean-two-days"),
        pytest.param("03-04-2026 10:00", id="hyphens-that-mean-two-days"),
        pytest.param("Mon, 30 Feb 2026 10:00:00 GMT", id="30-february"),
        pytest.param("29 Feb 2026", id="no-leap-year"),
        pytest.param("2026-13-01", id="month-13"),
        pytest.param("2026-06-01T25:00:00Z", id="hour-25"),
        pytest.param("2026-06-01T24:30:00Z", id="half-past-24"),
        pytest.param("2026-06-01 14:00 AM", id="14-in-the-morning"),
        pytest.param("Wed, 30 Nov -0001 00:00:00 +0000", id="zero-date-of-php"),
        pytest.param("Mon, 01 Jun 99999 10:00:00 GMT", id="year-of-five-digits"),
        pytest.param("1 listopada 2026", id="month-that-differs-between-languages"),
        pytest.param("1 Foo 2026", id="unknown-month"),
        pytest.param("2026", id="year-alone"),
        pytest.param("0001-01-01T00:00:00+02:00", id="before-the-calendar"),
        pytest.param("9999-12-31T24:00:00Z", id="after-the-calendar"),
        pytest.param("1 June 2026 " + "x" * 200, id="prose"),
    ],
)
def test_what_is_no_time_or_several_is_nothing(raw: str) -> None:
    assert parse_time(raw) is None


_INSTANTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2049, 12, 31),  # noqa: DTZ001
    timezones=st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-14 * 60 + 1, 14 * 60 - 1)),
).map(lambda at: at.replace(microsecond=0))


@given(_INSTANTS)
def test_every_instant_survives_rfc_822_and_iso_8601(at: datetime) -> None:
    for raw in (format_datetime(at), at.isoformat(), at.isoformat(" ")):
        time = parse_time(raw)
        assert time is not None
        assert time.at == at


@given(st.one_of(st.text(max_size=40), st.text(alphabet=string.digits + ":/-.+ TZgmtapjunoct,", max_size=40)))
@example("1" * 10)
@example("0000-00-00T00:00:00")
@example("²⁰²⁶-06-01")
def test_any_string_gives_a_time_in_utc_or_nothing(raw: str) -> None:
    time = parse_time(raw)
    assert time is None or time.at.tzinfo is UTC


def test_month_names_are_told_apart() -> None:
    assert len(MONTHS) > 400
    assert set(MONTHS.values()) == set(range(1, 13))


@pytest.mark.parametrize(
    ("raw", "is_believable"),
    [
        pytest.param("2026-06-01T10:00:00Z", True, id="now"),
        pytest.param("1851-09-18", True, id="archive"),
        pytest.param("2026-06-02T09:00:00Z", True, id="tomorrow-for-clocks-and-zones-that-differ"),
        pytest.param("2026-06-03T10:00:00Z", False, id="in-two-days"),
        pytest.param("2099-07-01T00:00:00Z", False, id="far-future"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", False, id="zero-of-unix"),
        pytest.param("Wed, 31 Dec 1969 16:00:00 PST", False, id="zero-of-unix-in-california"),
        pytest.param("0001-01-01T00:00:00Z", False, id="zero-of-dotnet"),
    ],
)
def test_a_publication_time_must_be_able_to_be_one(raw: str, is_believable: bool) -> None:
    time = parse_time(raw)
    assert believable(time, now=datetime(2026, 6, 1, 10, tzinfo=UTC)) == (time if is_believable else None)


def test_no_time_is_no_believable_time() -> None:
    assert believable(None, now=datetime(2026, 6, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(
            "Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC), id="as-http-has-it"
        ),
        pytest.param("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC), id="rfc-850"),
        pytest.param("06 Nov 1994 08:49:37", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC), id="no-zone"),
        pytest.param("Sun, 06 Nov 1994 08:49:37 +9999", None, id="an-offset-of-days"),
        pytest.param("0", None, id="no-date"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="missing"),
    ],
)
def test_a_time_in_an_http_header(header: str | None, expected: datetime | None) -> None:
    assert http_date(header) == expected
