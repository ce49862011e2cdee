"""When the article was published and when it was changed, as the page states it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from lxml.html import HtmlElement

from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.habits import rows
from transforms.article.structured_data import text_of
from transforms.dates import parse_time
from transforms.records import PublisherTime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No news page is older than the web; such dates are defaults of content systems (1970-01-01, 0001-01-01)."""

LATEST_AHEAD = timedelta(days=2)
"""How far a stated time may be ahead of the server's own Date header: time zones and embargoes, not years."""

_in_url = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
    r"|[/_-]((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=\D|$)"
)

_NEAR = 2_000
"""Characters of the page's text before and after the headline that are searched for a date."""

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
    r"\d\d?(?:\.|st|nd|rd|th|er|\u00ba)?(?: de)? [^\W\d_]{3,12}\.?,?(?: de)? \d{4}",
    r"\d{4}\s?[年년]\s?\d\d?\s?[月월]\s?\d\d?\s?[日일]",
)
"""What a day looks like when it begins with a number."""

_word = r"[^\W\d_]{3,12}"
_time_of_day = (
    r"(?:,| at| um| \u00e0| alle| a las| kl\.?|\s*[-\u2013|\u00b7T])?\s*\d\d?[:.h]\d\d(?::\d\d)?"
    r"(?:\s?[ap]\.?m\.?)?(?:\s?(?:[A-Z]{2,4}\b|[+-]\d\d:?\d\d|Uhr))?"
)
_date_like = re.compile(
    rf"(?P<day>(?<!\d)(?:{'|'.join(_DAYS)})(?!\d)|\b{_word}\.? \d\d?(?:st|nd|rd|th)?,? \d{{4}}(?!\d))"
    rf"(?P<time>{_time_of_day})?",
    re.IGNORECASE,
)


def find_published(evidence: Evidence, *, server_time: datetime | None) -> Found[PublisherTime] | None:
    """The time of publication; None when no witness states one that can be right.

    `server_time` is when the server says it answered, aware; without it no time is too far in the future.
    """
    latest = server_time + LATEST_AHEAD if server_time else None
    candidates = chain(
        ((parse_time(raw), witness) for raw, witness in _stated(evidence)),
        [(evidence.entry.published, "feed")] if evidence.entry else [],
        ((parse_time(raw), "dom") for raw in _shown(evidence)),
    )
    for time, witness in candidates:
        if time is not None and time.at >= EARLIEST and (latest is None or time.at <= latest):
            return Found(time, witness)
    return None


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


def _shown(evidence: Evidence) -> Iterator[str]:
    """What the page shows to its readers, and may be the time of publication, most trustworthy first."""
    for element in sorted(evidence.elements.get("time", ()), key=_reads_unpublished):
        yield element.get("datetime") or text_content(element)
        yield from times_in(text_content(element))
    if match := _in_url.search(evidence.url):
        yield "-".join(part for part in match.groups() if part)
    for element in evidence.marked.get("date", ()):
        if len(element) < 8 and 6 <= len(text := text_content(element)) <= 120:
            yield from times_in(text)
    yield from _near_headline(evidence)
    yield from _in_scripts(evidence)


def _reads_unpublished(element: HtmlElement) -> bool:
    """Sorts elements that call themselves the time of publication before the others, in document order."""
    return "pubdate" not in element.attrib and not _published_class.search(element.get("class", ""))


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
    start = max((text.find(heading) for heading in headings), default=0)
    yield from times_in(text[max(start, 0) : max(start, 0) + _NEAR])
    yield from times_in(text[max(0, start - _NEAR) : max(start, 0)])


def _in_scripts(evidence: Evidence) -> Iterator[str]:
    """Times in the state that pages built by scripts carry along as JSON."""
    for script in evidence.elements.get("script", ()):
        yield from (match[1] for match in _stated_in_script.finditer(script.text or ""))
