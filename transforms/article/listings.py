"""Home and section pages, which list articles and are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from transforms.article.evidence import Evidence, text_content
from transforms.article.signs import BESIDE, tells_a_story
from transforms.records import Paragraph

_LONG_PARAGRAPH = 200
_HEADLINE = 20
MANY_HEADLINES = 10
_MOSTLY = 0.8
"""What lists are told by: characters of a paragraph and of a headline, headlines, and the share of text in links."""

_LONGEST_OPENING = 150
_LONGEST_TEASER = 500
"""Characters of running text before the first linked headline of a section page, and between two of them."""


def headline_count(evidence: Evidence) -> int:
    """How many links of the page are as long as headlines."""
    return sum(len(text_content(link)) >= _HEADLINE for link in evidence.tree.iter("a"))


def listing(evidence: Evidence, paragraphs: Sequence[Paragraph]) -> str | None:
    """What shows that the page lists articles, in words; None for a page that does not."""
    return _links(evidence, paragraphs) or _teasers(evidence)


def _links(evidence: Evidence, paragraphs: Sequence[Paragraph]) -> str | None:
    """Most of the text is links, and nothing between them is long: where no story stands beside them."""
    texts = [paragraph for paragraph in paragraphs if len(paragraph.text) > _LONG_PARAGRAPH]
    links = [len(text_content(link)) for link in evidence.tree.iter("a")]
    headlines = [length for length in links if length >= _HEADLINE]
    share = sum(links) / max(len(evidence.tree.text_content()), 1)
    if len(texts) >= 2 or len(headlines) < MANY_HEADLINES or share <= _MOSTLY or tells_a_story(evidence):
        return None
    return f"{len(headlines)} links with headlines, {share:.0%} of the text in links, {len(texts)} long paragraphs"


def _teasers(evidence: Evidence) -> str | None:
    """Headings that are links follow each other, with a teaser between two of them and no story before the first."""
    runs = [0]
    for element in _content(evidence.tree):
        if element.tag in ("h2", "h3", "h4") and len(_linked(element)) >= _HEADLINE:
            runs.append(0)
        elif element.tag == "p":
            runs[-1] += len(text_content(element))
    opening, *teasers = runs
    if len(teasers) < MANY_HEADLINES or opening > _LONGEST_OPENING or max(teasers) > _LONGEST_TEASER:
        return None
    if sum(map(bool, teasers)) * 2 < len(teasers):
        return None
    return f"{len(teasers)} headings that are links, with at most {max(teasers)} characters between two of them"


def _content(element: HtmlElement) -> Iterator[HtmlElement]:
    """The elements of the page in order, without those that stand beside its content."""
    waiting = [element]
    while waiting:
        element = waiting.pop()
        if element.tag not in BESIDE:
            yield element
            waiting += reversed([child for child in element if isinstance(child.tag, str)])


def _linked(heading: HtmlElement) -> str:
    link = heading.find(".//a")
    if link is None and (parent := heading.getparent()) is not None and parent.tag == "a":
        return text_content(heading)
    return text_content(link) if link is not None else ""
