"""Prints a paper's feeds: RSS, Atom and the news sitemap from templates, JSON Feed from data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from html import escape
from string import Template

from flows.demo_site.content import FOLDER, DemoArticle, Publisher
from flows.demo_site.pages import body_html

CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "news_sitemap": "application/xml; charset=utf-8",
    "json_feed": "application/feed+json; charset=utf-8",
}


def render_feed(publisher: Publisher, feed: Mapping[str, str], articles: Sequence[DemoArticle]) -> str:
    """One feed (a `[[feeds]]` table of publisher.toml) that lists the articles."""
    if feed["kind"] == "json_feed":
        return _json_feed(publisher, feed, articles)
    entry_template = _template(f"{feed['kind']}_entry.xml")
    entries = "".join(entry_template.substitute(_entry_texts(publisher, article)) for article in articles)
    texts = {
        "paper": publisher.name,
        "tagline": publisher.tagline,
        "language": publisher.language,
        "home_url": publisher.url("/"),
        "feed_url": publisher.url(feed["path"]),
        "updated": max(article.changed for article in articles).isoformat(),
    }
    return _template(f"{feed['kind']}.xml").substitute(_escaped(texts), entries=entries)


def _entry_texts(publisher: Publisher, article: DemoArticle) -> dict[str, str]:
    texts = {
        "paper": publisher.name,
        "host": publisher.host,
        "language": publisher.language,
        "number": str(article.number),
        "link": _entry_link(publisher, article),
        "headline": article.headline,
        "standfirst": article.standfirst,
        "author": publisher.last_author.join(article.authors),
        "section": article.section,
        "published": article.published.isoformat(),
        "published_rfc822": format_datetime(article.published),
        "updated": article.changed.isoformat(),
        "date": article.published.date().isoformat(),
        "picture_url": publisher.url(article.picture_path),
        "content_html": body_html(article),
    }
    return _escaped(texts)


def _json_feed(publisher: Publisher, feed: Mapping[str, str], articles: Sequence[DemoArticle]) -> str:
    items = [
        {
            "id": publisher.url(article.path),
            "url": _entry_link(publisher, article),
            "title": article.headline,
            "summary": article.standfirst,
            "image": publisher.url(article.picture_path),
            "date_published": article.published.isoformat(),
            "date_modified": article.changed.isoformat(),
            "authors": [{"name": author} for author in article.authors],
            "tags": list(article.tags),
        }
        for article in articles
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publisher.name,
        "description": publisher.tagline,
        "language": publisher.language,
        "home_page_url": publisher.url("/"),
        "feed_url": publisher.url(feed["path"]),
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _entry_link(publisher: Publisher, article: DemoArticle) -> str:
    return publisher.url(article.entry_path) + publisher.entry_parameters


def _template(name: str) -> Template:
    return Template((FOLDER / "feeds" / name).read_text("utf-8"))


def _escaped(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: escape(text) for key, text in texts.items()}
