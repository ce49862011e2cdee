"""From bytes in a file to an article: what worker processes do for an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.acquire.bodies import BadBodyError, BodyTooLargeError
from flows.acquire.exchange import MIB, PAGE_BYTES, headers_for_extraction
from flows.imports.http_messages import HttpAnswer, read_answer
from flows.settings import LARGEST_PAGE_MB
from transforms.article.extract import extract_page
from transforms.article.from_feed import extract_entry, may_stand_in, stand_in
from transforms.article.multi_page import join_pages
from transforms.article.saved_page import address_of
from transforms.outcomes import Outcome
from transforms.records import Article, DuePage, Extraction, Page

_KEPT_BYTES = LARGEST_PAGE_MB * MIB
"""What a run kept was within the cap of its day."""


def extract_saved(body: bytes, document_url: str) -> Extraction:
    """The article of a page saved to a file, at the address that it names, else at `document_url`."""
    if len(body) > PAGE_BYTES:
        return Extraction(outcome=Outcome.TOO_LARGE, reason=f"larger than {PAGE_BYTES} bytes")
    url = address_of(body) or document_url
    return extract_page(Page(url=url, final_url=url, body=body))


def extract_record(block: bytes, url: str) -> Extraction:
    """The article of an answer that a WARC file holds."""
    return _extracted(block, DuePage(url=url, url_key=url), url, PAGE_BYTES)


def extract_replayed(blocks: Sequence[bytes], due: DuePage, final_url: str, is_partial: bool) -> Extraction:
    """The article of a page that a run read, from its answer and those of the article's further pages.

    Without any answer it is the text that the feed gave.  Where the page is a wall, that text may stand in.
    """
    if not blocks:
        assert due.entry is not None
        return extract_entry(due.entry, feed_language=due.feed_language)
    return with_stand_in(_joined(blocks, due, final_url, is_partial), due)


def with_stand_in(extraction: Extraction, due: DuePage) -> Extraction:
    """The same, with the feed's own text beside the outcome where the page could not be had."""
    if due.entry is None or not may_stand_in(due.entry, extraction.outcome):
        return extraction
    return replace(extraction, article=stand_in(due.entry, feed_language=due.feed_language))


def _joined(blocks: Sequence[bytes], due: DuePage, final_url: str, is_partial: bool) -> Extraction:
    extraction = _extracted(blocks[0], due, final_url, _KEPT_BYTES)
    if extraction.article is None:
        return extraction
    further: list[Article] = []
    for block in blocks[1:]:
        page = _extracted(block, due, extraction.article.next_page_url or final_url, _KEPT_BYTES).article
        if page is not None:
            further.append(page)
    return replace(extraction, article=join_pages(extraction.article, further, is_whole=not is_partial))


def _extracted(block: bytes, due: DuePage, final_url: str, max_bytes: int) -> Extraction:
    try:
        answer = read_answer(block, max_bytes=max_bytes)
    except BodyTooLargeError as error:
        return Extraction(outcome=Outcome.TOO_LARGE, reason=str(error))
    except (BadBodyError, ValueError) as error:
        return Extraction(outcome=Outcome.BAD_CONTENT, reason=str(error))
    return extract_page(_page(answer, due.url, final_url), entry=due.entry, feed_language=due.feed_language)


def _page(answer: HttpAnswer, url: str, final_url: str) -> Page:
    return Page(
        url=url,
        final_url=final_url,
        body=answer.body,
        content_type=answer.headers.get("content-type"),
        headers=headers_for_extraction(answer.headers),
    )
