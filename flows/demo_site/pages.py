"""Prints articles as web pages: one template per paper, filled with escaped text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from itertools import groupby
from string import Template

from flows.demo_site.content import FOLDER, DemoArticle, Publisher
from transforms.records import Paragraph, ParagraphKind

_ELEMENTS = {
    ParagraphKind.BODY: "<p>{}</p>",
    ParagraphKind.SUBHEADING: "<h2>{}</h2>",
    ParagraphKind.QUOTE: "<blockquote><p>{}</p></blockquote>",
    ParagraphKind.LIST_ITEM: "<li>{}</li>",
}
_READ_MORE_AFTER = 2
"""Paragraphs before the link to another article, which many papers set into the running text."""


def render_page(publisher: Publisher, article: DemoArticle, others: Sequence[DemoArticle]) -> str:
    """The article's page in the paper's template, with links to the other articles."""
    minutes = article.reading_time_minutes
    texts = {
        "language": publisher.language,
        "paper": publisher.name,
        "tagline": publisher.tagline,
        "home_url": publisher.url("/"),
        "feed_url": publisher.url(publisher.feeds[0]["path"]),
        "url": publisher.url(article.path),
        "picture_url": publisher.url(article.picture_path),
        "page_title": publisher.page_title.format(headline=article.headline),
        "headline": article.headline,
        "standfirst": article.standfirst,
        "section": article.section,
        "authors": ", ".join(article.authors),
        "byline": publisher.byline.format(authors=publisher.last_author.join(article.authors)),
        "tags": ", ".join(article.tags),
        "published": article.published.isoformat(),
        "modified": article.changed.isoformat(),
        "date_text": _date_text(publisher, article),
        "reading_time": publisher.reading_time.format(minutes=minutes) if minutes else "",
        "caption": article.caption,
        "credit": article.credit,
        "promotion": publisher.promotion,
    }
    parts = {
        "news_article": _news_article(publisher, article),
        "body": _body(publisher, article, others),
        "related": "\n".join(f"<li>{_link(publisher, other)}</li>" for other in others),
    }
    template = Template((publisher.folder / "article.html").read_text("utf-8"))
    return template.substitute({key: escape(text) for key, text in texts.items()}, **parts)


def render_picture(article: DemoArticle) -> str:
    """An SVG of sea, hills and sky in colours of the article's own."""
    template = Template((FOLDER / "picture.svg").read_text("utf-8"))
    return template.substitute(hue=article.number * 47 % 360)


def body_html(article: DemoArticle) -> str:
    """The paragraphs alone, as full-text feeds carry them."""
    return "\n".join(_blocks(article.paragraphs))


def _body(publisher: Publisher, article: DemoArticle, others: Sequence[DemoArticle]) -> str:
    blocks = _blocks(article.paragraphs)
    if others:
        link = f'<p class="read-more">{escape(publisher.read_more)} {_link(publisher, others[0])}</p>'
        blocks.insert(_READ_MORE_AFTER, link)
    if article.agency_credit:
        blocks.append(f'<p class="agency">{escape(article.agency_credit)}</p>')
    return "\n".join(blocks)


def _blocks(paragraphs: Sequence[Paragraph]) -> list[str]:
    blocks = []
    for kind, group in groupby(paragraphs, key=lambda paragraph: paragraph.kind):
        elements = [_ELEMENTS[kind].format(escape(paragraph.text, quote=False)) for paragraph in group]
        blocks += ["<ul>\n" + "\n".join(elements) + "\n</ul>"] if kind is ParagraphKind.LIST_ITEM else elements
    return blocks


def _link(publisher: Publisher, article: DemoArticle) -> str:
    return f'<a href="{escape(publisher.url(article.path))}">{escape(article.headline, quote=False)}</a>'


def _date_text(publisher: Publisher, article: DemoArticle) -> str:
    at = article.published
    month = publisher.months[at.month - 1]
    return publisher.date_text.format(day=at.day, month=month, year=at.year, hour=at.hour, minute=at.minute)


def _news_article(publisher: Publisher, article: DemoArticle) -> str:
    """JSON-LD of the article (schema.org/NewsArticle), safe inside a script element."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": publisher.url(article.path),
        "headline": article.headline,
        "description": article.standfirst,
        "datePublished": article.published.isoformat(),
        "dateModified": article.changed.isoformat(),
        "inLanguage": publisher.language,
        "articleSection": article.section,
        "keywords": list(article.tags),
        "author": [{"@type": "Person", "name": author} for author in article.authors],
        "image": {"@type": "ImageObject", "url": publisher.url(article.picture_path), "caption": article.caption},
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name, "url": publisher.url("/")},
        "isAccessibleForFree": True,
    }
    return json.dumps(data, ensure_ascii=False, indent=2).replace("<", "\\u003c")
