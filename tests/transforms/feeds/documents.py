"""Feed documents for the tests, made of their parts."""

from __future__ import annotations

URL = "https://paper.example/feeds/all.xml"

_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def rss(*items: str, channel: str = "<title>The Paper</title><link>https://paper.example/</link>") -> bytes:
    """Return an RSS 2.0 document in UTF-8 with the given insides of its items."""
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {_NAMESPACES}><channel>{channel}{listed}</channel></rss>'.encode()


def story(number: int) -> str:
    """Return the insides of an ordinary RSS item."""
    return (
        f"<title>Story {number}</title><link>https://paper.example/story/{number}</link>"
        f"<guid>https://paper.example/story/{number}</guid><pubDate>Mon, 01 Jun 2026 10:00:00 GMT</pubDate>"
    )


def atom(*entries: str, head: str = "<title>The Paper</title>") -> bytes:
    """Return an Atom document in UTF-8 with the given insides of its entries."""
    listed = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{listed}</feed>'.encode()
