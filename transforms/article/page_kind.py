"""What sort of page it is, who may read it, how long that takes, and which rights its publisher reserves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml.etree import XPath

from transforms.article.evidence import Evidence, Found, elements_of, text_content
from transforms.article.habits import any_of, rows, text
from transforms.article.structured_data import text_of
from transforms.records import Access, PageKind, Paragraph

_KIND_TYPES = (
    # schema.org types of the page's own nodes, the telling ones first.
    (PageKind.LIVE, re.compile(r"^LiveBlogPosting$")),
    (PageKind.GALLERY, re.compile(r"^(?:ImageGallery|MediaGallery)$")),
)
_KIND_PATHS = tuple(
    (kind, re.compile(text("paths", kind.value), re.IGNORECASE))
    for kind in (PageKind.LIVE, PageKind.GALLERY, PageKind.VIDEO)
)
_TIERS = {
    "locked": Access.PAYWALLED,
    "premium": Access.PAYWALLED,
    "paid": Access.PAYWALLED,
    "metered": Access.METERED,
    "free": Access.FREE,
}

_LONGEST_STUB = 1500
"""Characters of body; what paywalls leave to be read is some sentences."""

_cut_off = any_of(rows("walls", "cut_off"))
_subscribe = any_of(rows("walls", "subscribe"))
_wall_boxes = XPath(
    "//body//*[self::div or self::section or self::aside or self::p or self::form]"
    "[contains(@class, 'paywall') or contains(@id, 'paywall') or contains(@class, 'subscribe-wall')"
    " or contains(@class, 'regwall') or contains(@class, 'subscriber-only') or contains(@class, 'piano-offer')]"
)
_reading_label = re.compile(r"reading|lese|lecture|lectura|lettura|leitura|lees|läs|czyt|чтени")
_breadcrumbs = re.compile(r"^BreadcrumbList$")
_minutes = re.compile(
    r"(?<![\d:])(\d{1,3})\s*-?\s*(?:min(?:ute|uten|utes|utos|uti|uter|utter|uut)?s?\b|мин|分)"
    r"|PT(?:(\d{1,2})H)?(\d{1,3})M",
    re.IGNORECASE,
)
_LONGEST_READING = 180


def find_page_kind(evidence: Evidence) -> PageKind:
    """Whether the page carries an article, a live blog, a gallery or a video."""
    for kind, pattern in _KIND_TYPES:
        if next(evidence.data.of_type(pattern), None) is not None:
            return kind
    if evidence.node is None and (evidence.meta("og:type") or "").startswith("video"):
        return PageKind.VIDEO
    return next((kind for kind, pattern in _KIND_PATHS if pattern.search(evidence.url)), PageKind.ARTICLE)


def find_access(evidence: Evidence, paragraphs: Sequence[Paragraph]) -> Found[Access] | None:
    """Who may read the article: where the page says so (schema.org isAccessibleForFree; article:content_tier), and
    where it shows a short beginning only and a box that asks readers to subscribe.
    """
    tier = (evidence.meta("article:content_tier", "og:article:content_tier") or "").lower()
    if tier in _TIERS:
        return Found(_TIERS[tier], "meta")
    stated = evidence.node.get("isAccessibleForFree") if evidence.node is not None else None
    word = str(stated).strip().lower().rpartition("/")[2]
    if word in ("false", "no", "0"):
        return Found(Access.PAYWALLED, "json-ld")
    if word in ("true", "yes", "1"):
        return Found(Access.FREE, "json-ld")
    return Found(Access.PAYWALLED, "dom") if wall_boxes(evidence, paragraphs) else None


def wall_boxes(evidence: Evidence, paragraphs: Sequence[Paragraph]) -> list[str]:
    """The texts of the boxes at which a story of a few sentences stops; none where it does not."""
    if not paragraphs or sum(len(paragraph.text) for paragraph in paragraphs) >= _LONGEST_STUB:
        return []
    boxes = [text_content(box) for box in elements_of(_wall_boxes, evidence.tree)]
    asks = any(_subscribe.search(shown[:_LONGEST_STUB]) for shown in boxes)
    return boxes if asks or _cut_off.search(paragraphs[-1].text) else []


def find_reading_time(evidence: Evidence) -> Found[int] | None:
    """Minutes that the page says its article takes to read."""
    if evidence.node is not None and (minutes := _read_minutes(text_of(evidence.node.get("timeRequired")))):
        return Found(minutes, "json-ld")
    for number in (1, 2):  # the habit of a widespread search plug-in: a label and its value as Twitter card fields
        label = (evidence.meta(f"twitter:label{number}") or "").lower()
        value = evidence.meta(f"twitter:data{number}") or ""
        if _reading_label.search(label) and (minutes := _read_minutes(value)):
            return Found(minutes, "meta")
    for element in evidence.marked.get("reading", ()):
        shown = text_content(element)
        if len(shown) <= 60 and (minutes := _read_minutes(shown)):
            return Found(minutes, "dom")
    return None


def _read_minutes(stated: str) -> int | None:
    match = _minutes.search(stated)
    if match is None:
        return None
    minutes = int(match[1] or 0) + 60 * int(match[2] or 0) + int(match[3] or 0)
    return minutes if 0 < minutes <= _LONGEST_READING else None


def find_rights(evidence: Evidence, headers: Mapping[str, str]) -> tuple[str, ...]:
    """The flags the publisher sets: "noarchive" (robots directives) and "tdm-reserved" (TDM Reservation Protocol).

    Directives count that are for every robot or for ours by name, in `X-Robots-Tag` and in the page's meta elements.
    A header that was sent more than once has a line for each.
    """
    by_name = {name.lower(): value.lower().split("\n") for name, value in headers.items()}
    directives = [directive for line in by_name.get("x-robots-tag", ()) for directive in _directives_for_us(line)]
    for name in ("robots", _OUR_ROBOT):
        directives += [part.strip() for content in evidence.metas.get(name, ()) for part in content.lower().split(",")]
    reserved = (*by_name.get("tdm-reservation", ()), *evidence.metas.get("tdm-reservation", ()))
    flags = (
        ("noarchive", "noarchive" in directives),
        ("tdm-reserved", any(value.strip() == "1" for value in reserved)),
    )
    return tuple(flag for flag, is_set in flags if is_set)


def _directives_for_us(line: str) -> Iterator[str]:
    """The directives of one `X-Robots-Tag` line; those after "name:" are for the robot of that name alone."""
    is_ours = True
    for part in line.split(","):
        named = _robot_named.match(part)
        if named is not None and named[1] not in _DIRECTIVES_WITH_A_VALUE:
            is_ours = named[1] in ("*", _OUR_ROBOT)
            part = part[named.end() :]
        if is_ours:
            yield part.strip()


_OUR_ROBOT = "newsledger"
_DIRECTIVES_WITH_A_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_robot_named = re.compile(r"\s*([\w.*-]+)\s*:")


def find_section(evidence: Evidence) -> Found[str] | None:
    """The section of the site that the article is filed under: stated, or the first step below the home page."""
    if evidence.node is not None and (stated := text_of(evidence.node.get("articleSection"))):
        return Found(stated, "json-ld")
    names = ("article:section", "og:article:section", "parsely-section", "sailthru.section", "section", "category")
    if (section := evidence.meta(*names)) is not None:
        return Found(section, "meta")
    crumbs = next(evidence.data.of_type(_breadcrumbs), None)
    steps = _steps(crumbs) if crumbs is not None else []
    return Found(steps[0], "json-ld") if steps else None


def _steps(breadcrumbs: Mapping[str, Any]) -> list[str]:
    """Names of the steps between the home page and the article (schema.org BreadcrumbList)."""
    elements = breadcrumbs.get("itemListElement")
    steps = [step for step in elements if isinstance(step, dict)] if isinstance(elements, list) else []
    names = [text_of(step.get("name") or step.get("item")) for step in steps]
    return [name for name in names[1:-1] if name and not name.startswith("http")]


def find_tags(evidence: Evidence) -> Found[tuple[str, ...]] | None:
    """The article's keywords, each once, in the page's order."""
    keywords = evidence.node.get("keywords") if evidence.node is not None else None
    if tags := _tags(keywords if isinstance(keywords, list) else [keywords]):
        return Found(tags, "json-ld")
    for name in ("article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags"):
        if tags := _tags(evidence.metas.get(name, ())):
            return Found(tags, "meta")
    return None


def _tags(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for value in values for tag in _parts(text_of(value))))


def _parts(listed: str) -> list[str]:
    """Single tags of a list written with commas or semicolons; prefixes of machine tags ("tag:Economy") go."""
    parts = (part.strip() for part in re.split(r"[,;]", listed))
    return [
        re.sub(r"^(?:tag|topic|keyword):", "", part, flags=re.IGNORECASE)
        for part in parts
        if part and not part.startswith("http")
    ]
