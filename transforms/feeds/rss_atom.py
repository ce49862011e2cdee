"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and CDF, through feedparser.

feedparser knows the dialects; dates, text, links and identity are ours, because it reads months it does not know as
the current one, takes CEST for UTC, and leaves scripts in titles (measured with 6.0.14).
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import Any

import feedparser
from lxml import etree

from transforms.dates import parse_time
from transforms.errors import MalformedFeed, NotAFeed
from transforms.feeds.entries import (
    MAX_CONTENT,
    MAX_NAME,
    MAX_SUMMARY,
    MAX_TITLE,
    cleaned_text,
    distinct,
    literal_text,
    too_many,
    with_keys,
)
from transforms.feeds.hints import read_hints
from transforms.records import Entry, FeedDocument, FeedHints, FeedKind
from transforms.urls import absolute_url

_ENTRY_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)

_REWRITES = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # feedparser takes the texts of Media RSS for the entry's own: a photo's caption became summary or full text.
        (r"(</?media:)(description|text)\b", r"\1of_\2"),
        # A podcast's second description took the place of the first.
        (r"(</?itunes:)(summary)\b", r"\1of_\2"),
        # An empty link keeps feedparser from taking a guid for the link.
        (r"<link\s*/>|<link>\s*</link>", ""),
    )
)

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
"""On a line of its own: feedparser searches the first line for an encoding, for hours where that is long and odd."""

_ORIGINAL_LINKS = ("feedburner_origlink", "pheedo_origlink")
"""The publisher's own address, where the feed's link goes through a counting service (most of them are gone)."""

_MAIL_ADDRESS = re.compile(r"[^\s<(]*@[^\s>)]*")
_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)


def read_rss_atom(text: str, root: etree._Element | None, *, url: str, max_entries: int) -> FeedDocument:
    """Read an RSS or Atom document from its decoded text.

    `text` has no XML declaration.  `root` is the same document as lxml recovered it, for what feedparser leaves out;
    `url` is where it came from.
    Entries before a break in the XML are read, and the break is a problem of the document.  Raises NotAFeed when
    feedparser recognises nothing, MalformedFeed when it fails.
    """
    text, problems = _shortened(text, max_entries)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    parsed = _parsed(text, root)
    if not parsed.version and not parsed.entries and not parsed.feed:
        raise NotAFeed("XML in which there is no RSS and no Atom: look up the feed's address again")
    if parsed.bozo:
        problems.append(f"not well-formed ({parsed.bozo_exception}): read as far as it can be")
    is_atom = parsed.version.startswith("atom")
    return FeedDocument(
        kind=FeedKind.ATOM if is_atom else FeedKind.RSS,
        version=parsed.version,
        title=_text_of(parsed.feed, "title", MAX_TITLE, is_atom=is_atom),
        entries=with_keys(_entry(entry, url, is_atom=is_atom) for entry in parsed.entries[:max_entries]),
        home_url=absolute_url(url, parsed.feed.get("link") or ""),
        language=parsed.feed.get("language") or None,
        hints=FeedHints() if root is None else read_hints(root),
        problems=tuple(problems),
    )


def _parsed(text: str, root: etree._Element | None) -> Any:
    try:
        return feedparser.parse(
            io.BytesIO(_DECLARATION + text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    # End tags without their start (width, georss:where, …) make it raise TypeError, KeyError and others; what lxml
    # recovered has none.
    except Exception as error:
        if root is None:
            raise MalformedFeed(
                f"feedparser fails on it ({type(error).__name__}: {error}); it is asked for again"
            ) from error
        parsed = _parsed(etree.tostring(root, encoding="unicode"), None)
        parsed.update(bozo=True, bozo_exception=error)
        return parsed


def _shortened(text: str, max_entries: int) -> tuple[str, list[str]]:
    """Cut out the entries beyond `max_entries`, and an entry that the document's end broke off.

    Done to the text, since feedparser takes 0.2 ms and more for each entry; what follows the entries stays, so the
    document stays well-formed.
    """
    starts = [match.start() for match in _ENTRY_START.finditer(text)]
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    problems = []
    if ends and len(starts) > 1 and starts[-1] >= ends[-1]:
        problems.append(f"the document breaks off in entry {len(starts)}, which was left out")
        text = text[: starts.pop()]
    if ends and len(starts) > max_entries:
        problems.append(too_many(len(starts), max_entries))
        text = text[: starts[max_entries]] + text[ends[-1] :]
    return text, problems


def _entry(entry: Any, url: str, *, is_atom: bool) -> Entry:
    published, updated = _raw(entry, "published"), _raw(entry, "updated")
    listed = absolute_url(url, entry.get("link") or "")
    original = _original_link(entry, url)
    return Entry(
        key="",
        position=0,
        guid=_raw(entry, "id"),
        link=original or listed,
        listed_link=listed if original and original != listed else None,
        title=_text_of(entry, "title", MAX_TITLE, is_atom=is_atom),
        summary=_text_of(entry, "summary", MAX_SUMMARY, is_atom=is_atom)
        or _text_of(entry, "itunes_of_summary", MAX_SUMMARY, is_atom=is_atom),
        content_html=_content(entry, is_atom=is_atom),
        authors=distinct(_authors(entry)),
        categories=distinct(tag.get("label") or tag.get("term") for tag in entry.get("tags", ())),
        published=parse_time(published or ""),
        updated=parse_time(updated or ""),
        published_raw=published,
        updated_raw=updated,
        image_url=_image(entry, url),
        language=_raw(entry, "language") or (entry.get("title_detail") or {}).get("language"),
    )


def _raw(entry: Any, name: str) -> str | None:
    # dict.get, because feedparser's own answers "updated" with the published date, and warns.
    value = dict.get(entry, name)
    return value.strip() or None if isinstance(value, str) else None


def _text_of(holder: Any, name: str, limit: int, *, is_atom: bool) -> str | None:
    """Return a title or summary as plain text.

    Atom tells text from markup (RFC 4287, 3.1); RSS does not, and its titles are HTML as often as text.
    """
    is_literal = is_atom and (holder.get(f"{name}_detail") or {}).get("type") == "text/plain"
    return (literal_text if is_literal else cleaned_text)(_raw(holder, name), limit)


def _original_link(entry: Any, url: str) -> str | None:
    links = (absolute_url(url, entry.get(name) or "") for name in _ORIGINAL_LINKS)
    return next((link for link in links if link), None)


def _content(entry: Any, *, is_atom: bool) -> str | None:
    """Return the longest of the entry's full texts as HTML; Atom's `type="text"` is text that may hold a "<"."""
    texts = [
        html.escape(content.value, quote=False) if is_atom and content.get("type") == "text/plain" else content.value
        for content in entry.get("content", ())
        if content.get("value")
    ]
    return max(texts, key=len)[:MAX_CONTENT] if texts else None


def _authors(entry: Any) -> Iterator[str]:
    """Yield the authors' names; an address alone ("news@…", as RSS asks for) names nobody."""
    *others, last = entry.get("authors") or [{}]
    names = [author.get("name") or "" for author in others]
    if last.get("email"):
        # feedparser cuts an address after four letters of its last label, and takes the rest for the name.
        names.append(_MAIL_ADDRESS.sub(" ", entry.get("author") or "").strip(" ()<>,;"))
    else:
        names.append(last.get("name") or "")
    yield from (name[:MAX_NAME] for name in names if "@" not in name)


def _image(entry: Any, url: str) -> str | None:
    """Return the entry's picture: the widest of media:content, else an enclosed image, else the thumbnail."""
    media = [item for item in entry.get("media_content", ()) if _is_image(item)]
    media.sort(key=_width, reverse=True)
    enclosures = [link for link in entry.get("enclosures", ()) if _is_image(link)]
    candidates = [
        item.get("url") or item.get("href") for item in [*media, *enclosures, *entry.get("media_thumbnail", ())]
    ]
    links = (absolute_url(url, candidate) for candidate in candidates if candidate)
    return next((link for link in links if link), None)


def _is_image(item: Any) -> bool:
    stated = item.get("medium") or item.get("type") or ""
    return stated.startswith("image") or (
        not stated and bool(_IMAGE_NAME.search(item.get("url") or item.get("href") or ""))
    )


def _width(item: Any) -> int:
    width = item.get("width") or ""
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0
