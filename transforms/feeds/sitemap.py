"""Sitemaps, news sitemaps and sitemap indexes (sitemaps.org; Google's news and image extensions).

Elements are told apart by their local names: publishers misspell the namespaces more often than the elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from transforms.dates import parse_time
from transforms.feeds.entries import MAX_TITLE, cleaned_text, distinct, too_many, with_keys
from transforms.records import Entry, FeedDocument, FeedKind
from transforms.urls import absolute_url


def read_sitemap(root: etree._Element, *, url: str, max_entries: int) -> FeedDocument:
    """Read a parsed `urlset` or `sitemapindex`; `url` is where it came from.

    An index's entries are the sitemaps it lists: their addresses as `link`, their times as `updated`.
    """
    is_index = local_name(root) == "sitemapindex"
    listed = [element for element in root if local_name(element) in ("url", "sitemap")]
    entries = (_entry(element, url) for element in islice(listed, max_entries))
    return FeedDocument(
        kind=FeedKind.SITEMAP_INDEX if is_index else FeedKind.SITEMAP,
        version="",
        title=None,
        entries=with_keys(entries),
        problems=(too_many(len(listed), max_entries),) if len(listed) > max_entries else (),
    )


def local_name(element: etree._Element) -> str:
    """Return an element's name in lower case without its namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _entry(element: etree._Element, url: str) -> Entry:
    fields = dict(_fields(element))
    published, updated = fields.get("publication_date"), fields.get("lastmod")
    return Entry(
        key="",
        position=0,
        link=absolute_url(url, fields.get("loc", "")),
        title=cleaned_text(fields.get("title"), MAX_TITLE),
        categories=distinct(fields.get("keywords", "").split(",")),
        published=parse_time(published or ""),
        updated=parse_time(updated or ""),
        published_raw=published,
        updated_raw=updated,
        image_url=absolute_url(url, fields.get("image", "")),
        language=fields.get("language"),
    )


def _fields(element: etree._Element) -> Iterator[tuple[str, str]]:
    for child in element:
        name = local_name(child)
        if name == "image":
            yield from (("image", value) for field, value in _fields(child) if field == "loc")
        elif name in ("news", "publication"):
            yield from _fields(child)
        elif text := str(child.xpath("string()")).strip():
            yield name, text
