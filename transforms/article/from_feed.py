"""The article that a feed's own full text holds, where no page is asked for."""

from __future__ import annotations

import html
from dataclasses import replace

from transforms.article.extract import extract_page
from transforms.outcomes import Outcome
from transforms.records import BodySource, Entry, Extraction, Page


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
