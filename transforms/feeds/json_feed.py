"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read tolerantly: wrong types are left out, not refused."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

from transforms.dates import parse_time
from transforms.errors import MalformedFeed, NotAFeed
from transforms.feeds.entries import MAX_CONTENT, MAX_SUMMARY, MAX_TITLE, cleaned_text, distinct, too_many, with_keys
from transforms.records import Entry, FeedDocument, FeedKind
from transforms.urls import absolute_url

_Object = Mapping[str, Any]


def read_json_feed(text: str, *, url: str, max_entries: int) -> FeedDocument:
    """Read a JSON Feed from its decoded text; `url` is where it came from.

    Raises MalformedFeed for JSON that cannot be read, NotAFeed for JSON that is something else.
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedFeed(
            f"the document begins like JSON and cannot be read ({error}); it is asked for again"
        ) from error
    version = feed.get("version") if isinstance(feed, dict) else None
    is_declared = isinstance(version, str) and "jsonfeed.org/version/" in version
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or not (is_declared or _looks_like_items(items)):
        raise NotAFeed("JSON without the version and items of a JSON Feed: look up the feed's address again")
    read = [_entry(item, feed, url) for item in items[:max_entries] if isinstance(item, dict)]
    return FeedDocument(
        kind=FeedKind.JSON_FEED,
        version=version if is_declared and isinstance(version, str) else "",
        title=cleaned_text(_text(feed, "title"), MAX_TITLE),
        entries=with_keys(read),
        home_url=absolute_url(url, _text(feed, "home_page_url") or ""),
        language=_text(feed, "language"),
        problems=(too_many(len(items), max_entries),) if len(items) > max_entries else (),
    )


def _looks_like_items(items: list[Any]) -> bool:
    """Tell whether these are entries, in a document that does not say which format it has."""
    return bool(items) and all(isinstance(item, dict) and "id" in item and "url" in item for item in items)


def _entry(item: _Object, feed: _Object, url: str) -> Entry:
    published, updated = _text(item, "date_published"), _text(item, "date_modified")
    return Entry(
        key="",
        position=0,
        guid=_text(item, "id"),
        link=absolute_url(url, _text(item, "url") or _text(item, "external_url") or ""),
        title=cleaned_text(_text(item, "title"), MAX_TITLE),
        summary=cleaned_text(_text(item, "summary"), MAX_SUMMARY),
        content_html=_content(item),
        authors=distinct(_authors(item)) or distinct(_authors(feed)),
        categories=distinct(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        published=parse_time(published or ""),
        updated=parse_time(updated or ""),
        published_raw=published,
        updated_raw=updated,
        image_url=absolute_url(url, _text(item, "image") or _text(item, "banner_image") or ""),
        language=_text(item, "language"),
    )


def _content(item: _Object) -> str | None:
    if markup := _text(item, "content_html"):
        return markup[:MAX_CONTENT]
    paragraphs = (_text(item, "content_text") or "")[:MAX_CONTENT].split("\n\n")
    return "".join(f"<p>{html.escape(part.strip(), quote=False)}</p>" for part in paragraphs if part.strip()) or None


def _authors(holder: _Object) -> Iterator[str | None]:
    """Yield the names of `authors` (version 1.1) and `author` (1.0)."""
    for author in [*_list(holder, "authors"), holder.get("author")]:
        if isinstance(author, dict):
            yield _text(author, "name")


def _list(holder: _Object, name: str) -> list[Any]:
    value = holder.get(name)
    return value if isinstance(value, list) else []


def _text(holder: _Object, name: str) -> str | None:
    """Return a text member; numbers count as text (ids often are), anything else is None."""
    value = holder.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None
