"""Pages that answer with something other than the article: walls and soft errors.

Evidence for an article stands against evidence of a wall: a page that states an article of its own is none, and words
alone, which headlines and stories have too, make none.  A wall's title is nothing but those words, it speaks to the
reader, it has little text and its form in the midst of it, or the link was led to an address that walls have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from lxml.etree import XPath

from transforms.article.challenges import challenge_in_headers, challenge_in_markup
from transforms.article.evidence import Evidence, elements_of, text_content
from transforms.article.habits import any_of, rows
from transforms.article.habits import text as habit
from transforms.article.listings import MANY_HEADLINES, headline_count, listing
from transforms.article.signs import BESIDE, STORIES, states_an_article
from transforms.outcomes import Outcome
from transforms.records import Page, Paragraph
from transforms.urls import is_section_of, site_of, url_strict

Verdict = tuple[Outcome, str]

_LITTLE_TEXT = 900
"""Characters of body; wall pages we measured have 100 to 600, and articles shorter than this need no wall's words."""

_WORDY = 2000
"""Characters of body up to which pages on consent go, and what stands around a form under a sign-in title."""

_SHORTEST_ARTICLE = 60
"""Characters of body below which there is nothing to read; news flashes of one sentence are longer."""

_NEXT_TO_NOTHING = 200
"""Characters of body that a challenge has around it; only below that the markup of one counts."""

_LONGEST_HEADING = 200
_SPOKEN_TO = 3
"""How often a page on consent says "we" or "you" at least."""

_not_found = any_of(rows("walls", "not_found"))
_robot_check = any_of(rows("walls", "robot_check"))
_robot_words = any_of(rows("walls", "robot_words"))
_elsewhere = any_of(rows("walls", "elsewhere"))
_mended = any_of(rows("walls", "mended"))
_site = re.compile(habit("walls", "site"), re.IGNORECASE)
_consent = any_of(rows("walls", "consent"))
_spoken_to = any_of(rows("walls", "spoken_to"))
_agree = any_of(rows("walls", "agree"))
_sign_in = any_of(rows("walls", "sign_in"))
_sign_in_title = any_of(rows("walls", "sign_in_title"))
_wall_paths = tuple(
    (outcome, re.compile(habit("walls", name), re.IGNORECASE))
    for outcome, name in (
        (Outcome.LOGIN_WALL, "sign_in_path"),
        (Outcome.CONSENT_WALL, "consent_path"),
        (Outcome.NOT_FOUND, "not_found_path"),
    )
)
_parts = re.compile(r"\s+[|\u2013\u2014·•»:-]\s+|\s*\|\s*")
_edges = re.compile(r"^\W+|\W+$")
_buttons = XPath("//body//button | //body//input[@type='submit' or @type='button'] | //body//a[@role='button']")
_captcha = XPath("boolean(//body//*[contains(@class, 'captcha') or contains(@class, 'cf-turnstile')])")
_credentials = XPath("boolean(//body//input[@type='password' or @type='email'])")
_passwords = XPath("//body//input[@type='password']")
_beside = re.compile(r"comment|kommentar|respond|modal|popup|overlay|dialog|header|topbar|navbar|menu|sidebar|footer")
_deep = re.compile(r"\d{3}|[^/]{15}|/[^/]+/[^/]+/[^/]")
"""Paths that are of one page: with a number, a long name, or some steps below the home page."""
_home = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w{2,5})?/?)?", re.IGNORECASE)


def judge(page: Page, text: str, evidence: Evidence, paragraphs: Sequence[Paragraph]) -> Verdict | None:
    """What the page is when it is no article, with the evidence in a sentence; None when it is one.

    `text` is the page's source, decoded.
    """
    length = sum(len(paragraph.text) for paragraph in paragraphs)
    if challenge := challenge_in_headers({name.lower(): value for name, value in page.headers.items()}):
        return Outcome.BLOCKED, f"the page asks for proof of being human: {challenge}"
    if not states_an_article(evidence) and (verdict := _other_than_the_article(page, text, evidence, paragraphs)):
        return verdict
    if length < _SHORTEST_ARTICLE:
        return Outcome.TOO_SHORT, f"the body has {length} characters, fewer than {_SHORTEST_ARTICLE}"
    return None


def _other_than_the_article(
    page: Page, text: str, evidence: Evidence, paragraphs: Sequence[Paragraph]
) -> Verdict | None:
    length = sum(len(paragraph.text) for paragraph in paragraphs)
    if length < _NEXT_TO_NOTHING and (challenge := challenge_in_markup(text, is_empty=length < _SHORTEST_ARTICLE)):
        return Outcome.BLOCKED, f"the page asks for proof of being human: {challenge}"
    if led_away := _led_away(page, evidence):
        return Outcome.NOT_FOUND, led_away
    if length < _WORDY and (verdict := _led_to_a_wall(page) or _login(evidence, paragraphs, length)):
        return verdict
    if length < _LITTLE_TEXT and (verdict := _error(evidence, paragraphs, length)):
        return verdict
    if length < _WORDY and (verdict := _consent_asked(evidence, paragraphs, length)):
        return verdict
    if shown := listing(evidence, paragraphs):
        return Outcome.NOT_ARTICLE, f"the page lists articles and is none: {shown}"
    return None


def _led_away(page: Page, evidence: Evidence) -> str | None:
    """How a link to one page ended at the home page or a section: what many sites do with pages that they took away."""
    if page.url == page.final_url:
        return None
    asked, reached = urlsplit(page.url), urlsplit(page.final_url)
    if not _deep.search(asked.path) or reached.query:
        return None
    if _home.fullmatch(reached.path):
        return f"redirected from a page of its own to the home page {page.final_url}"
    if is_section_of(page.final_url, page.url) and headline_count(evidence) >= MANY_HEADLINES:
        return f"redirected from a page of its own to the section {page.final_url}"
    return None


def _led_to_a_wall(page: Page) -> Verdict | None:
    """A redirect to an address that sign-in, consent or error pages have, which the page asked for has not."""
    if url_strict(page.url) == url_strict(page.final_url):
        return None
    is_other_site = site_of(page.url) != site_of(page.final_url)
    asked, reached = set(_steps(page.url, with_host=is_other_site)), _steps(page.final_url, with_host=is_other_site)
    for step in reached:
        for outcome, pattern in _wall_paths:
            if step not in asked and pattern.fullmatch(step):
                return outcome, f"redirected to {page.final_url}, whose {step!r} is no article's address"
    return None


def _steps(url: str, *, with_host: bool) -> list[str]:
    split = urlsplit(url)
    steps = [step for step in split.path.split("/") if step]
    return [*steps, (split.hostname or "").partition(".")[0]] if with_host else steps


def _headings(evidence: Evidence) -> list[str]:
    """The page's title and its first headings: h1, or h2 where there is none."""
    first = evidence.elements.get("h1") or [*evidence.tree.iter("h2")][:1]
    return [shown[:_LONGEST_HEADING] for shown in (evidence.page_title, *map(text_content, first))]


def _titled(headings: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    """The heading that is, as a whole or in a part, what the pattern describes."""
    return next((heading for heading in headings for part in _whole(heading) if pattern.fullmatch(part)), None)


def _whole(heading: str) -> Iterator[str]:
    for part in (heading, *_parts.split(heading)):
        yield _edges.sub("", part)


def _error(evidence: Evidence, paragraphs: Sequence[Paragraph], length: int) -> Verdict | None:
    """Soft errors and challenges among pages of little text."""
    headings = _headings(evidence)
    text = " ".join(paragraph.text for paragraph in paragraphs)
    if title := _titled(headings, _robot_check):
        reason = f"its title is {title!r}, with {length} characters of text"
        return Outcome.BLOCKED, f"the page asks for proof of being human: {reason}"
    if title := _titled(headings, _not_found):
        reason = f"its title is {title!r}, with {length} characters"
        return Outcome.NOT_FOUND, f"the page tells of an error, whatever its status: {reason}"
    said = sorted({match.group().lower() for match in _robot_words.finditer(text)})
    if len(said) >= 2 or (said and _captcha(evidence.tree)):
        return Outcome.BLOCKED, f"the page asks for proof of being human: it says {', '.join(map(repr, said))}"
    if said_so := _elsewhere.search(text):
        return Outcome.BLOCKED, f"the site does not answer readers from here: it says {said_so.group()!r}"
    if (title := _titled(headings, _mended)) and _site.search(text):
        return Outcome.SERVER_ERROR, f"the site is being mended, whatever its status: its title is {title!r}"
    return None


def _login(evidence: Evidence, paragraphs: Sequence[Paragraph], length: int) -> Verdict | None:
    """A sign-in title over a form, or a password form in the midst of a text that asks readers to sign in."""
    title = _titled(_headings(evidence)[:2], _sign_in_title)
    if title is not None and _credentials(evidence.tree):
        reason = f"the page's title is {title!r}, with a form and {length} characters of text"
        return Outcome.LOGIN_WALL, reason
    text = " ".join(paragraph.text for paragraph in paragraphs)
    if length < _LITTLE_TEXT and (asks := _sign_in.search(text)) and _has_password_form(evidence):
        reason = f"the page has a password form and {length} characters of text that say {asks.group()!r}"
        return Outcome.LOGIN_WALL, reason
    return None


def _has_password_form(evidence: Evidence) -> bool:
    """Whether a password is asked for where the story would be: comments, headers and dialogs ask for one too."""
    stories = set(elements_of(STORIES, evidence.tree))
    for field in elements_of(_passwords, evidence.tree):
        around = list(field.iterancestors())
        is_beside = any(
            element.tag in BESIDE or _beside.search(f"{element.get('class', '')} {element.get('id', '')}".lower())
            for element in around
            if element.tag not in ("body", "html")
        )
        if not is_beside and (not stories or not stories.isdisjoint(around)):
            return True
    return False


def _consent_asked(evidence: Evidence, paragraphs: Sequence[Paragraph], length: int) -> Verdict | None:
    """A button to agree to what most of the text speaks to the reader about."""
    headings = _headings(evidence)
    text = " ".join([*headings, *(paragraph.text for paragraph in paragraphs)])
    vocabulary = {match.group().lower() for match in _consent.finditer(text)}
    if len(vocabulary) < 3 or sum(1 for _ in _spoken_to.finditer(text)) < _SPOKEN_TO:
        return None
    spoken = sum(len(each.text) for each in paragraphs if _consent.search(each.text) or _spoken_to.search(each.text))
    labels = (element.get("value") or text_content(element) for element in elements_of(_buttons, evidence.tree))
    if 2 * spoken < length or (button := next((label for label in labels if _agree.search(label)), None)) is None:
        return None
    subjects = ", ".join(sorted(vocabulary))
    reason = f"the page asks for consent: a button {button!r}, and {length} characters of text on {subjects}"
    return Outcome.CONSENT_WALL, reason
