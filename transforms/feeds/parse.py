"""Any feed document: RSS, Atom, JSON Feed or sitemap, told apart by what it holds and not by what the server says.

Start here: `parse_feed` decodes, guards, and hands over to the reader of the format.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lxml import etree

from transforms.errors import MalformedFeed, NotAFeed
from transforms.feeds.decode import decoded, inflated, mended
from transforms.feeds.entries import fingerprint
from transforms.feeds.json_feed import read_json_feed
from transforms.feeds.rss_atom import read_rss_atom
from transforms.feeds.sitemap import local_name, read_sitemap
from transforms.records import Entry, FeedDocument, PublisherTime
from transforms.urls import url_strict

MAX_ATTRIBUTES = 1_000
"""Of one element.  feedparser needs more than a minute for an element with 200,000."""

_FOREIGN = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a zip archive"),
    (b"ID3", "an MP3 recording"),
    (b"\x00\x00\x00", "a film or another binary file"),
)
"""First bytes → what the body is, when it cannot be text."""

_FEED_START = re.compile(
    r"<(?:[\w.-]+:)?(rss|feed|rdf|channel|urlset|sitemapindex|entry|item)(?=[\s>/])", re.IGNORECASE
)
_DECLARATION = re.compile(r"<\?xml[^>]*\?>", re.IGNORECASE)
_PROLOGUE = re.compile(r"<\?xml|<!DOCTYPE|<!--", re.IGNORECASE)
_HTML_START = re.compile(r"<(?:html|head|body)(?=[\s>])", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<([A-Za-z][\w.:-]{0,50})")
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{20000,}")
_ATTRIBUTE = re.compile(r"\s(?!xmlns)[\w.:-]+\s*=")


def parse_feed(body: bytes, *, url: str, content_type: str | None = None, max_entries: int = 2000) -> FeedDocument:
    """Read a feed document.

    `body` is the answer's body, `url` the address it came from after redirects (relative links are resolved against
    it), `content_type` the answer's header.  At most `max_entries` entries are read, from the top.

    Raises NotAFeed for what is something else, naming what it looks like, and MalformedFeed for what claims to be a
    feed and cannot be read.  Neither takes long on input made to hurt, yet callers run this under limits of their own.
    """
    body, is_complete = inflated(body)
    for signature, name in _FOREIGN:
        if body.startswith(signature):
            raise _not_a_feed(name)
    text = decoded(body, content_type).lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):  # in JSON an ampersand is an ampersand
        text = mended(text).lstrip("\ufeff \t\r\n")
    if not text.strip():
        raise NotAFeed("the body is empty: nothing to read, the entries known so far are kept")
    document = _read(text, url, max_entries)
    if is_complete:
        return document
    return replace(document, problems=(*document.problems, "the compressed body broke off: read as far as it goes"))


def entries_hash(document: FeedDocument) -> str:
    """Return 16 hexadecimal characters that change when the document's entries do.

    Build dates, comment counts, tracking parameters and the order of the entries do not count, so that a feed that
    only touches itself is unchanged.
    """
    return fingerprint(*sorted(_entry_hash(entry) for entry in document.entries))


def document_as_dict(document: FeedDocument) -> dict[str, Any]:
    """Return the document as plain data for JSON; times are ISO 8601 in UTC.

    An entry's `link` is the one the feed lists; `original_link` is the publisher's own where that is another.
    """
    return {
        "feed_title": document.title,
        "kind": document.kind.value,
        "version": document.version,
        "home_url": document.home_url,
        "language": document.language,
        "hints": {
            "ttl_minutes": document.hints.ttl_minutes,
            "update_interval_minutes": document.hints.update_interval_minutes,
            "skip_hours": sorted(document.hints.skip_hours),
            "skip_days": sorted(document.hints.skip_days),
        },
        "problems": list(document.problems),
        "error": None,
        "entries": [_entry_as_dict(entry) for entry in document.entries],
    }


def _entry_as_dict(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.guid,
        "key": entry.key,
        "title": entry.title,
        "link": entry.listed_link or entry.link,
        "original_link": entry.link if entry.listed_link else None,
        "published_iso": _iso(entry.published),
        "updated_iso": _iso(entry.updated),
        "summary": entry.summary,
        "content_html": entry.content_html,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "image_url": entry.image_url,
        "language": entry.language,
    }


def _iso(time: PublisherTime | None) -> str | None:
    return None if time is None else time.at.isoformat()


def _entry_hash(entry: Entry) -> str:
    link = None if entry.link is None else url_strict(entry.link)
    times = (entry.published_raw, entry.updated_raw)
    return fingerprint(entry.key, link, entry.title, entry.summary, entry.content_html, *times)


def _read(text: str, url: str, max_entries: int) -> FeedDocument:
    if text[0] in "{[":
        return read_json_feed(text, url=url, max_entries=max_entries)
    text = _from_prologue(text)
    root = _recovered(text)
    if root is not None and local_name(root) in ("urlset", "sitemapindex"):
        return read_sitemap(root, url=url, max_entries=max_entries)
    return read_rss_atom(text, root, url=url, max_entries=max_entries)


def _from_prologue(text: str) -> str:
    """Drop what stands before the XML (blank lines, warnings of PHP), and the XML declaration, which no longer holds.

    Raises NotAFeed where no feed begins.
    """
    feed_start = _FEED_START.search(text)
    before = text[: feed_start.start()] if feed_start else text
    if _HTML_START.search(before):
        raise _not_a_feed("an HTML page")
    if feed_start is None:
        element = _FIRST_ELEMENT.search(text)
        raise _not_a_feed(f"XML that begins with <{element[1]}>" if element else "plain text")
    prologue = _PROLOGUE.search(before)
    text = text[prologue.start() if prologue else feed_start.start() :]
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _recovered(text: str) -> etree._Element | None:
    """Parse the XML as far as it goes, with libxml2's limits in force; entities and network are off.

    Raises MalformedFeed for shapes that no feed has and that would hold the reader up.
    """
    for tag in _LONG_TAG.finditer(text):
        if sum(1 for _ in _ATTRIBUTE.finditer(tag[0])) > MAX_ATTRIBUTES:
            raise MalformedFeed(f"an element has more than {MAX_ATTRIBUTES} attributes: made to hurt, not read")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    if any("depth" in error.message for error in parser.error_log):
        raise MalformedFeed("elements are nested deeper than 256 levels: made to hurt, not read")
    return root


def _not_a_feed(what: str) -> NotAFeed:
    return NotAFeed(f"the address answers with {what}, not with a feed: look up the feed's address again")
