"""What a site's news sitemap tells of the time between two polls of a feed that share no entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from transforms.records import Entry
from transforms.urls import host_of, site_of

LISTED_LATE = timedelta(hours=1)
"""How long before the earlier poll an article may be dated that came after it."""
MOST_SECTIONS = 3


def news_sitemap(sitemaps: Iterable[str], *, site: str) -> str | None:
    """The sitemap of `site`'s news: one that is named so, else the only one there is."""
    own = [url for url in dict.fromkeys(sitemaps) if site_of(url) == site]
    named = (url for url in own if "news" in urlsplit(url).path.lower())
    return next(named, own[0] if len(own) == 1 else None)


def witnessed(
    entries: Iterable[Entry], *, since: datetime, until: datetime, listed: Sequence[Entry]
) -> tuple[Entry, ...]:
    """The entries of a sitemap that came between two polls, in the sections that the feed lists, if it lists few.

    `listed` are the entries of the later poll.  Entries without a time tell nothing.
    """
    links = [entry.link for entry in listed if entry.link]
    sections = {_section(link) for link in links}
    sites = {site_of(link) for link in links}
    return tuple(
        entry
        for entry in entries
        if entry.link is not None
        and (time := entry.published or entry.updated) is not None
        and since - LISTED_LATE <= time.at <= until
        and (_section(entry.link) in sections if len(sections) <= MOST_SECTIONS else site_of(entry.link) in sites)
    )


def _section(link: str) -> tuple[str, str]:
    """The host and the first folder of an address."""
    folder, _, rest = urlsplit(link).path.lstrip("/").partition("/")
    return host_of(link), folder if rest else ""
