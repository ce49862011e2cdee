"""The article that a feed's own full text holds: where no page is asked for, and where the page cannot be had."""

from __future__ import annotations

import html
from dataclasses import replace

from transforms.article.extract import extract_page
from transforms.article.habits import any_of, rows
from transforms.outcomes import Outcome
from transforms.records import Article, BodySource, Entry, Extraction, Page

STOOD_IN = frozenset(
    {
        Outcome.ROBOTS,
        Outcome.BLOCKED,
        Outcome.CONSENT_WALL,
        Outcome.LOGIN_WALL,
        Outcome.TIMED_OUT,
        Outcome.CONNECTION_FAILED,
        Outcome.RATE_LIMITED,
        Outcome.SERVER_ERROR,
    }
)
"""Outcomes of a page that is there and cannot be had: the feed's own text may stand in for it."""

FEWEST_WORDS = 80
"""Words of a text that may stand in; what is shorter is a summary, wherever the feed puts it."""

_cut_off = any_of(rows("walls", "cut_off"))


def extract_entry(entry: Entry, *, feed_language: str | None = None) -> Extraction:
    """Extract the article from the entry's full text (content:encoded and its like), never from its summary.

    Every field's witness is the feed.
    """
    if not entry.content_html or not entry.link:
        return Extraction(outcome=Outcome.TOO_SHORT, reason="the feed gives no full text of this entry")
    heading = html.escape(entry.title or "")
    document = f"<html><body><article><h1>{heading}</h1>{entry.content_html}</article></body></html>"
    page = Page(url=entry.link, final_url=entry.link, body=document.encode("utf-8", "replace"))
    extraction = extract_page(page, entry=entry, feed_language=feed_language)
    if extraction.article is None:
        return extraction
    witnesses = {
        field: witness if witness == "computed" else "feed" for field, witness in extraction.article.witnesses.items()
    }
    article = replace(
        extraction.article,
        title=entry.title or extraction.article.title,
        canonical_url=None,
        body_source=BodySource.FEED,
        witnesses=witnesses,
    )
    return replace(extraction, article=article)


def may_stand_in(entry: Entry | None, outcome: Outcome | None) -> bool:
    """Whether it is worth looking for a stand-in: the page cannot be had, and the entry has a text of its own."""
    return outcome in STOOD_IN and entry is not None and bool(entry.content_html)


def stand_in(entry: Entry, *, feed_language: str | None = None) -> Article | None:
    """The article of the entry's full text, None where that is short or breaks off as a teaser does."""
    article = extract_entry(entry, feed_language=feed_language).article
    if article is None or len(article.body.split()) < FEWEST_WORDS or _cut_off.search(article.paragraphs[-1].text):
        return None
    return article
