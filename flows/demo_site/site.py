"""What stands at which address, edition by edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flows.demo_site.content import DemoArticle, Publisher, read_publishers
from flows.demo_site.feeds import CONTENT_TYPES, render_feed
from flows.demo_site.pages import render_page, render_picture

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What one address answers.  `changed` becomes Last-Modified, `location` is where a redirect leads."""

    body: str = ""
    content_type: str = HTML
    status: HTTPStatus = HTTPStatus.OK
    changed: datetime | None = None
    location: str | None = None


def resources(edition: int) -> dict[str, Resource]:
    """Everything the papers serve in an edition (1 or 2), by absolute URL without its query."""
    return {
        publisher.url(path): resource
        for publisher in read_publishers()
        for path, resource in _publisher_resources(publisher, edition)
    }


def _publisher_resources(publisher: Publisher, edition: int) -> Iterator[tuple[str, Resource]]:
    articles = publisher.articles(edition)
    yield "/robots.txt", Resource(body=publisher.robots.lstrip(), content_type="text/plain; charset=utf-8")
    for feed in publisher.feeds:
        body = render_feed(publisher, feed, articles)
        changed = max(article.changed for article in articles)
        yield feed["path"], Resource(body=body, content_type=CONTENT_TYPES[feed["kind"]], changed=changed)
    for article in articles:
        yield from _article_resources(publisher, article, articles)
    for path in publisher.withdrawn_paths(edition):
        yield path, Resource(body="<!doctype html><title>410</title><h1>410</h1>", status=HTTPStatus.GONE)


def _article_resources(
    publisher: Publisher, article: DemoArticle, articles: tuple[DemoArticle, ...]
) -> Iterator[tuple[str, Resource]]:
    others = [other for other in articles if other.number != article.number]
    yield article.path, Resource(body=render_page(publisher, article, others), changed=article.changed)
    yield article.picture_path, Resource(body=render_picture(article), content_type="image/svg+xml")
    if article.entry_path != article.path:
        location = publisher.url(article.path)
        yield article.entry_path, Resource(status=HTTPStatus.MOVED_PERMANENTLY, location=location)
