"""From a fetched page to an article, or to the reason why there is none.

    bytes → is it HTML? → decode → one tree → body ┐
                                   └→ evidence ────┴→ is it an article? → metadata → Article

The tree is parsed once.  Every field's witness is kept in `Article.witnesses`.
"""

from __future__ import annotations

from typing import Any

import trafilatura

from transforms.article.authors import find_authors
from transforms.article.blocks import BlockPage, lines_beside
from transforms.article.body import blocks_within, find_body, stated_body
from transforms.article.caption import find_lead_image
from transforms.article.cleaning import split_off, without_opening
from transforms.article.decode import decode, foreign_content, parse_html
from transforms.article.evidence import Evidence, Found, amp_url, canonical_url, gather
from transforms.article.language import find_language
from transforms.article.multi_page import is_later_page, next_page_url
from transforms.article.page_kind import (
    find_access,
    find_page_kind,
    find_reading_time,
    find_rights,
    find_section,
    find_tags,
    wall_boxes,
)
from transforms.article.standfirst import find_standfirst, is_shown
from transforms.article.times import find_modified, find_published
from transforms.article.titles import find_headline, find_title
from transforms.article.walls import judge
from transforms.dates import http_date
from transforms.document import reading_minutes
from transforms.outcomes import Outcome
from transforms.records import Article, Entry, Extraction, Page, Paragraph
from transforms.urls import site_of

EXTRACTOR = f"newsledger/3 trafilatura/{trafilatura.__version__}"
"""What makes our records; the number changes when the same page would give another record."""

_MOST_LOST = 0.05
"""Share of unreadable characters above which a page is no text in any charset we know."""

_LITTLE_TEXT = 250
"""Characters of body below which the JSON-LD is asked for the article's text."""


def extract_page(page: Page, *, entry: Entry | None = None, feed_language: str | None = None) -> Extraction:
    """Read the article from a page.

    `entry` is the feed's entry that led here: a fallback witness for what the page does not say.  `feed_language` is
    the language the feed declares.  The outcome, where there is no article, is one of not_html, bad_content, blocked,
    not_found, login_wall, consent_wall, server_error, not_article and too_short.
    """
    if not page.body.strip():
        return Extraction(outcome=Outcome.BAD_CONTENT, reason="the answer has no content")
    if foreign := foreign_content(page.body, page.content_type):
        return Extraction(outcome=Outcome.NOT_HTML, reason=f"the answer is no HTML page: {foreign}")
    decoded = decode(page.body, page.content_type)
    if decoded.lost > _MOST_LOST:
        return Extraction(
            outcome=Outcome.BAD_CONTENT,
            reason=f"{decoded.lost:.0%} of the characters cannot be read as {decoded.charset}",
        )
    tree = parse_html(decoded.text)
    if tree is None:
        return Extraction(outcome=Outcome.BAD_CONTENT, reason="no element in the answer can be read as HTML")
    evidence = gather(tree, url=page.final_url, entry=entry)
    headline = find_headline(evidence)
    standfirst = find_standfirst(evidence, headline=headline.value if headline else None)
    blocks = blocks_within(tree)
    body = _body(evidence, blocks, headline, standfirst)
    if verdict := judge(page, decoded.text, evidence, body.value):
        return Extraction(outcome=verdict[0], reason=verdict[1])
    return Extraction(article=_article(page, evidence, blocks, headline, standfirst, body, feed_language))


def _body(
    evidence: Evidence, blocks: BlockPage, headline: Found[str] | None, standfirst: Found[str] | None
) -> Found[tuple[Paragraph, ...]]:
    """The body in the page, or the text that its JSON-LD holds where the page shows next to nothing of it."""
    stated = stated_body(evidence.node) if evidence.node is not None else ()
    shown = find_body(
        evidence.tree,
        blocks,
        title=headline.value if headline else "",
        standfirst=standfirst.value if standfirst else "",
        stated="\n".join(paragraph.text for paragraph in stated),
    )
    length = _length(shown.value)
    return Found(stated, "json-ld") if length < _LITTLE_TEXT and _length(stated) > 2 * length else shown


def _length(paragraphs: tuple[Paragraph, ...]) -> int:
    return sum(len(paragraph.text) for paragraph in paragraphs)


def _article(
    page: Page,
    evidence: Evidence,
    blocks: BlockPage,
    headline: Found[str] | None,
    standfirst: Found[str] | None,
    text: Found[tuple[Paragraph, ...]],
    feed_language: str | None,
) -> Article:
    """Ask the passes for every field and note who answered."""
    lines = lines_beside(headline.value, blocks.blocks) if headline else []
    authors = find_authors(evidence, lines)
    access = find_access(evidence, text.value)
    opened = without_opening(
        _before_the_wall(evidence, text.value) if access is not None and access.witness == "dom" else text.value,
        repeated=[
            headline.value if headline else None,
            standfirst.value if standfirst and is_shown(standfirst.value, evidence) else None,
        ],
        authors=authors.value if authors else (),
    )
    paragraphs, agency_credit, promotion = split_off(opened)
    body = "\n".join(paragraph.text for paragraph in paragraphs)
    headers = {name.lower(): value for name, value in page.headers.items()}
    found: dict[str, Found[Any] | None] = {
        "canonical_url": canonical_url(evidence),
        "amp_url": amp_url(evidence),
        "title": find_title(evidence),
        "headline": headline,
        "standfirst": standfirst,
        "reading_time_minutes": find_reading_time(evidence) or Found(reading_minutes(len(body.split())), "computed"),
        "lead_image": find_lead_image(evidence),
        "paragraphs": Found(paragraphs, text.witness),
        "agency_credit": Found(agency_credit, text.witness) if agency_credit else None,
        "promotion": Found(promotion, text.witness) if promotion else None,
        "authors": authors,
        "published": find_published(evidence, lines, server_time=http_date(headers.get("date"))),
        "modified": find_modified(evidence),
        "language": find_language(evidence, body, feed_language),
        "section": find_section(evidence),
        "tags": find_tags(evidence),
        "access": access,
    }
    answered = {name: answer for name, answer in found.items() if answer is not None}
    values: dict[str, Any] = {name: answer.value for name, answer in answered.items()}
    witnesses = {name: answer.witness for name, answer in answered.items()}
    next_page = next_page_url(evidence)
    return Article(
        url=page.url,
        site=site_of(page.final_url),
        reading_time_is_computed=witnesses["reading_time_minutes"] == "computed",
        page_kind=find_page_kind(evidence),
        rights=find_rights(evidence, headers),
        extractor=EXTRACTOR,
        is_partial=next_page is not None or is_later_page(evidence),
        next_page_url=next_page,
        witnesses=witnesses,
        **values,
    )


def _before_the_wall(evidence: Evidence, paragraphs: tuple[Paragraph, ...]) -> tuple[Paragraph, ...]:
    """The paragraphs without what the box at a paywall says; all of them where the box is around the story."""
    boxes = wall_boxes(evidence, paragraphs)
    kept = tuple(paragraph for paragraph in paragraphs if not any(paragraph.text in box for box in boxes))
    return kept or paragraphs
