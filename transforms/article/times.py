"""When the article was published and when it was changed, as the page states it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from lxml.html import HtmlElement

from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.habits import rows
from transforms.article.structured_data import text_of
from transforms.dates import parse_time
from transforms.records import Precision, PublisherTime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No news page is older than the web; such dates are defaults of content systems (1970-01-01, 0001-01-01)."""

LATEST_AHEAD = timedelta(days=2)
"""How far a stated time may be ahead of the server's own Date header: time zones and embargoes, not years."""

_in_url = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
    r"|[/_-]((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=\D|$)"
)

_MONTH_FIRST_COUNTRIES = frozenset({"us", "ph"})
_YEAR_FIRST_LANGUAGES = frozenset({"ja", "zh", "ko", "hu", "lt", "mn"})
"""Languages whose pages hardly ever write days as 3/4/2026, so that nothing is known of those that do."""

_ODD_OFFSETS = frozenset({-570, -210, -150, 210, 270, 330, 345, 390, 570, 630})
"""Offsets from UTC, in minutes, that are no whole hours (IANA time zone database, with summer times)."""

_offset = re.compile(r"(?<=\d\d:\d\d)(?:Z|[+-]\d\d:?\d\d)$")

_TIME_ELEMENTS = 4
"""Time elements among which the first is the article's."""

_LIST_OF_STORIES = 3
"""Time elements above which a page lists other stories with their times."""

_NEAR = 2_000
"""Characters of the page's text before and after the headline that are searched for a date."""

_HEADINGS = 3
"""Headings of the first level below which a date is sought, the last first: mastheads and side columns have some."""

_stated_in_script = re.compile(
    r"\"(?:date_?(?:published|created)|created_?(?:at|date|time)|pub_?date|first_?published(?:_?(?:at|date))?|"
    r"publication_?(?:date|time)|publish(?:ed)?_?(?:at|date|time|on)?)\\?\"\s*:\s*\\?\"([^\"\\]{8,40})",
    re.IGNORECASE,
)
_published_class = re.compile(r"publi|entry|posted|created", re.IGNORECASE)
_DAYS = (
    r"\d{4}-\d\d?-\d\d?",
    r"\d{4}/\d\d?/\d\d?",
    r"\d{4}\. ?\d\d?\. ?\d\d?",
    r"\d\d?[./-] ?\d\d?[./-] ?\d{4}",
    r"\d\d?\.\d\d?\.\d\d(?!\.)",  # 2.3.26, as German writes it
    r"\d\d?(?:\.|st|nd|rd|th|er|\u00ba)?(?: de)? [^\W\d_]{3,12}\.?,?(?: de)? \d{4}",
    r"\d{4}\s?[年년]\s?\d\d?\s?[月월]\s?\d\d?\s?[日일]",
)
"""What a day looks like when it begins with a number."""

_word = r"[^\W\d_]{3,12}"
_time_of_day = (
    r"(?:,| at| um| \u00e0| alle| a las| kl\.?|\s*[-\u2013|\u00b7T])?\s*\d\d?[:.h]\d\d(?::\d\d(?:\s?[+-]\d\d:?\d\d)?)?"
    r"(?:\s?[ap]\.?m\.?)?(?:\s?(?:[A-Z]{2,4}\b|Uhr))?"
)
_date_like = re.compile(
    rf"(?P<day>(?<!\d)(?:{'|'.join(_DAYS)})(?!\d)|\b{_word}\.? \d\d?(?:st|nd|rd|th)?,? \d{{4}}(?!\d))"
    rf"(?P<time>{_time_of_day})?",
    re.IGNORECASE,
)


def find_published(
    evidence: Evidence, lines: Sequence[str] = (), *, server_time: datetime | None
) -> Found[PublisherTime] | None:
    """The time of publication; None when no witness states one that can be right.

    `lines` are those beside the headline: where they, or the page's time elements, show the stated instant on another
    clock, that clock's offset is the publisher's.  `server_time` is when the server says it answered, aware; without
    it no time is too far in the future.
    """
    day_first = _day_first(evidence)
    latest = server_time + LATEST_AHEAD if server_time else None
    candidates = chain(
        ((parse_time(raw), witness) for raw, witness in _stated(evidence)),
        [(evidence.entry.published, "feed")] if evidence.entry else [],
        ((parse_time(raw, day_first=day_first), "dom") for raw in _shown(evidence, lines)),
    )
    for time, witness in candidates:
        if time is not None and time.at >= EARLIEST and (latest is None or time.at <= latest):
            offset = _own_offset(time, evidence, lines, day_first) if time.offset_minutes == 0 else None
            return Found(replace(time, offset_minutes=offset) if offset else time, witness)
    return None


def _day_first(evidence: Evidence) -> bool | None:
    """Whether the page's language writes 3/4/2026 for the third of April; None for English of no stated country."""
    declared = (evidence.tree.get("lang"), evidence.meta("og:locale", "content-language", "language"))
    tags = [tag.strip().lower().replace("_", "-") for tag in declared if tag]
    language, _, country = max(tags, key=lambda tag: "-" in tag, default="").partition("-")
    if country in _MONTH_FIRST_COUNTRIES:
        return False
    if not language or language in _YEAR_FIRST_LANGUAGES or (language == "en" and not country):
        return None
    return True


def _clocks(evidence: Evidence, lines: Sequence[str], day_first: bool | None) -> Iterator[PublisherTime]:
    """The times of day that the page shows where it shows when the article was published."""
    elements = evidence.elements.get("time", ())[:_TIME_ELEMENTS]
    stated = (time for element in elements if (time := element.get("datetime")))
    shown = chain((text_content(element) for element in elements), lines)
    with_clock = (match[0] for text in shown for match in _date_like.finditer(text) if match["time"])
    times = (parse_time(string, day_first=day_first) for string in chain(stated, with_clock))
    return (time for time in times if time is not None and time.precision is not Precision.DAY)


def _own_offset(stated: PublisherTime, evidence: Evidence, lines: Sequence[str], day_first: bool | None) -> int | None:
    """The offset in minutes at which the page shows the stated instant, else the one of all its time elements.

    A shown time without an offset tells it only where the instant is no round half-hour: many things happen at those.
    """
    for time in _clocks(evidence, lines, day_first):
        if time.offset_minutes is not None:
            if time.offset_minutes and abs(time.at - stated.at) < timedelta(minutes=1):
                return time.offset_minutes
        elif stated.at.minute % 30 or 0 < time.at.second == stated.at.second:
            ahead = time.at.replace(second=0) - stated.at.replace(second=0, microsecond=0)
            minutes = int(ahead.total_seconds()) // 60
            if minutes and (minutes in _ODD_OFFSETS or (minutes % 60 == 0 and -600 <= minutes <= 780)):
                return minutes
    offsets = {match[0] for element in evidence.elements.get("time", ()) for match in _with_offset(element)}
    only = parse_time(f"2026-01-01T00:00{offsets.pop()}") if len(offsets) == 1 else None
    return only.offset_minutes or None if only else None


def _with_offset(element: HtmlElement) -> Iterator[re.Match[str]]:
    return _offset.finditer(element.get("datetime") or "")


def find_modified(evidence: Evidence) -> Found[PublisherTime] | None:
    """The time of the last change; None when no witness states one that can be right."""
    candidates = [(text_of(evidence.node.get("dateModified")), "json-ld")] if evidence.node is not None else []
    candidates += [(raw, "meta") for name in rows("metas", "modified") for raw in evidence.metas.get(name, ())]
    candidates += [
        (evidence.property_value(element), "microdata") for element in evidence.properties.get("datemodified", ())
    ]
    times = ((parse_time(raw), witness) for raw, witness in candidates if raw)
    return next((Found(time, witness) for time, witness in times if time is not None and time.at >= EARLIEST), None)


def _stated(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What the page states for machines to be the time of publication, most trustworthy first."""
    if evidence.node is not None:
        for key in ("datePublished", "dateCreated", "uploadDate"):
            yield text_of(evidence.node.get(key)), "json-ld"
    for name in rows("metas", "published"):
        for content in evidence.metas.get(name, ()):
            yield content, "meta"
    for name in ("datepublished", "datecreated"):
        for element in evidence.properties.get(name, ()):
            yield evidence.property_value(element), "microdata"
    for node in evidence.data.nodes:
        yield text_of(node.get("datePublished")), "json-ld"


def _shown(evidence: Evidence, lines: Sequence[str]) -> Iterator[str]:
    """What the page shows to its readers, and may be the time of publication, most trustworthy first: a list of other
    stories has time elements, too.
    """
    elements = evidence.elements.get("time", ())
    marked = [element for element in elements if _is_publication(element)]
    for element in marked:
        yield from _times_of(element)
    if len(elements) > _LIST_OF_STORIES:
        for line in lines:
            yield from times_in(line)
    for element in elements:
        if element not in marked:
            yield from _times_of(element)
    if match := _in_url.search(evidence.url):
        yield "-".join(part for part in match.groups() if part)
    for element in evidence.marked.get("date", ()):
        if len(element) < 8 and 6 <= len(text := text_content(element)) <= 120:
            yield from times_in(text)
    yield from _near_headline(evidence)
    yield from _in_scripts(evidence)


def _times_of(element: HtmlElement) -> Iterator[str]:
    yield element.get("datetime") or text_content(element)
    yield from times_in(text_content(element))


def _is_publication(element: HtmlElement) -> bool:
    """Whether a time element calls itself the time of publication."""
    return "pubdate" in element.attrib or _published_class.search(element.get("class", "")) is not None


def times_in(text: str) -> Iterator[str]:
    """The strings in a text that look like dates, each with its time of day and then, where it has one, without."""
    for match in _date_like.finditer(text):
        if match["time"]:
            yield match[0]
        yield match["day"]


def _near_headline(evidence: Evidence) -> Iterator[str]:
    """Dates in the page's text, those below the headline first: bylines carry them where nothing marks them up."""
    body = next(evidence.tree.iter("body"), evidence.tree)
    text = text_content(body)
    headings = (text_content(heading) for heading in evidence.elements.get("h1", ()))
    places = sorted({max(text.find(heading), 0) for heading in headings} or {0}, reverse=True)
    for start in places[:_HEADINGS]:
        yield from times_in(text[start : start + _NEAR])
    yield from times_in(text[max(0, places[0] - _NEAR) : places[0]])


def _in_scripts(evidence: Evidence) -> Iterator[str]:
    """Times in the state that pages built by scripts carry along as JSON."""
    for script in evidence.elements.get("script", ()):
        yield from (match[1] for match in _stated_in_script.finditer(script.text or ""))
