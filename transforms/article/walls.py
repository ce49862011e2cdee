"""Pages that answer with something other than the article: walls, soft errors, lists.

Every rule wants several pieces of evidence that an article's page does not show together, first of all that there is
little text: a login form or a cookie banner beside a whole article is the normal state of the web.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml.etree import XPath

from transforms.article.challenges import challenge_in_headers, challenge_in_markup
from transforms.article.evidence import Evidence, elements_of, text_content
from transforms.article.habits import any_of, rows
from transforms.outcomes import Outcome
from transforms.records import Page, Paragraph
from transforms.urls import is_section_of

Verdict = tuple[Outcome, str]

_LITTLE_TEXT = 900
"""Characters of body; wall pages we measured have 100 to 600, and articles shorter than this need no wall's words."""

_SHORTEST_ARTICLE = 60
"""Characters of body below which there is nothing to read; news flashes of one sentence are longer."""

_NEXT_TO_NOTHING = 200
"""Characters of body that a challenge has around it; only below that the markup of one counts."""

_LONGEST_HEADING = 200

_LONG_PARAGRAPH = 200
_HEADLINE = 20
_MANY_HEADLINES = 10
_MOSTLY = 0.8
"""What lists are told by: characters of a paragraph and of a headline, headlines, and the share of text in links."""

_not_found = any_of(rows("walls", "not_found"))
_robot_check = any_of(rows("walls", "robot_check"))
_consent = any_of(rows("walls", "consent"))
_agree = any_of(rows("walls", "agree"))
_sign_in = any_of(rows("walls", "sign_in"))
_buttons = XPath("//body//button | //body//input[@type='submit' or @type='button'] | //body//a[@role='button']")
_deep = re.compile(r"\d{3}|[^/]{15}|/[^/]+/[^/]+/[^/]")
"""Paths that are of one page: with a number, a long name, or some steps below the home page."""
_home = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w{2,5})?/?)?", re.IGNORECASE)
_password = XPath("boolean(//body//input[@type='password'])")


def judge(page: Page, text: str, evidence: Evidence, paragraphs: Sequence[Paragraph]) -> Verdict | None:
    """What the page is when it is no article, with the evidence in a sentence; None when it is one.

    `text` is the page's source, decoded.
    """
    length = sum(len(paragraph.text) for paragraph in paragraphs)
    if challenge := _challenge(page, text, evidence, length):
        return Outcome.BLOCKED, f"the page asks for proof of being human: {challenge}"
    if led_away := _led_away(page, evidence):
        return Outcome.NOT_FOUND, led_away
    if length < _LITTLE_TEXT and (verdict := _stopped(evidence, paragraphs, length)):
        return verdict
    if verdict := _listing(evidence, paragraphs):
        return verdict
    if length < _SHORTEST_ARTICLE:
        return Outcome.TOO_SHORT, f"the body has {length} characters, fewer than {_SHORTEST_ARTICLE}"
    return None


def _challenge(page: Page, text: str, evidence: Evidence, length: int) -> str | None:
    by_header = challenge_in_headers({name.lower(): value for name, value in page.headers.items()})
    if by_header is not None or length >= _NEXT_TO_NOTHING or _describes_article(evidence):
        return by_header
    return challenge_in_markup(text, is_empty=length < _SHORTEST_ARTICLE)


def _led_away(page: Page, evidence: Evidence) -> str | None:
    """How a link to one page ended at the home page or a section: what many sites do with pages that they took away."""
    if page.url == page.final_url or _describes_article(evidence):
        return None
    asked, reached = urlsplit(page.url), urlsplit(page.final_url)
    if not _deep.search(asked.path) or reached.query:
        return None
    if _home.fullmatch(reached.path):
        return f"redirected from a page of its own to the home page {page.final_url}"
    if is_section_of(page.final_url, page.url) and _headline_count(evidence) >= _MANY_HEADLINES:
        return f"redirected from a page of its own to the section {page.final_url}"
    return None


def _headline_count(evidence: Evidence) -> int:
    return sum(len(text_content(link)) >= _HEADLINE for link in evidence.tree.iter("a"))


def _stopped(evidence: Evidence, paragraphs: Sequence[Paragraph], length: int) -> Verdict | None:
    """Walls and soft errors among pages of little text."""
    shown = (text_content(heading) for heading in evidence.elements.get("h1", ()))
    headings = [heading[:_LONGEST_HEADING] for heading in (evidence.page_title, *shown)]
    if title := next((heading for heading in headings if _robot_check.search(heading)), None):
        return (
            Outcome.BLOCKED,
            f"the page asks for proof of being human: its title is {title!r}, with {length} characters of text",
        )
    if title := next((heading for heading in headings if _not_found.search(heading)), None):
        return (
            Outcome.NOT_FOUND,
            f"the page tells of an error, whatever its status: its title is {title!r}, with {length} characters",
        )
    text = " ".join(paragraph.text for paragraph in paragraphs)
    words = f"{' '.join(headings)} {text}"
    if _password(evidence.tree) and _sign_in.search(words) and not _describes_article(evidence):
        return (
            Outcome.LOGIN_WALL,
            f"the page has a password form and {length} characters of text that speak of signing in or subscribing",
        )
    vocabulary = {match.group().lower() for match in _consent.finditer(words)}
    if len(vocabulary) >= 3 and not _describes_article(evidence):
        button = next(
            (
                label
                for element in elements_of(_buttons, evidence.tree)
                if _agree.search(label := element.get("value") or text_content(element))
            ),
            None,
        )
        if button is not None:
            subjects = ", ".join(sorted(vocabulary))
            return (
                Outcome.CONSENT_WALL,
                f"the page asks for consent: a button {button!r}, and {length} characters of text on {subjects}",
            )
    return None


def _describes_article(evidence: Evidence) -> bool:
    """Whether the page states an article of its own: walls that replace the article's page do not."""
    return evidence.node is not None or (evidence.meta("og:type") or "").lower() == "article"


def _listing(evidence: Evidence, paragraphs: Sequence[Paragraph]) -> Verdict | None:
    """Home and section pages: most of their text is links, and nothing between them is long."""
    if _describes_article(evidence):
        return None
    texts = [paragraph for paragraph in paragraphs if len(paragraph.text) > _LONG_PARAGRAPH]
    links = [len(text_content(link)) for link in evidence.tree.iter("a")]
    headlines = [length for length in links if length >= _HEADLINE]
    share = sum(links) / max(len(evidence.tree.text_content()), 1)
    if len(texts) < 2 and len(headlines) >= _MANY_HEADLINES and share > _MOSTLY:
        shown = f"{len(headlines)} links with headlines, {share:.0%} of the text in links, {len(texts)} long paragraphs"
        return Outcome.NOT_ARTICLE, f"the page lists articles and is none: {shown}"
    return None
