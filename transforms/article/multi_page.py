"""Articles that go on over several pages: finding the next one, and putting them together.

A link with rel="next" (HTML standard, 4.6.7.11) may also lead to the next article of a list, as many content systems
use it.  It leads to the next page of this article only if the two addresses differ in nothing but a page number, and
that number is one more than this page's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from transforms.article.evidence import Evidence
from transforms.document import reading_minutes
from transforms.records import Article
from transforms.text import title_key
from transforms.urls import absolute_url, url_strict

# Where addresses carry a page's number: "?page=2", "/page/2", "-seite-2.html" say that it is one; "/2", ",2" do not.
_WORDS = "page|p|pg|paged|seite|pagina|página|pag|sida|side|strona"
_TOLD_IN_QUERY = re.compile(rf"(?<=[?&])(?:{_WORDS})=(\d{{1,3}})(?=&|$)")
_TOLD_IN_PATH = re.compile(rf"[/,_-](?:{_WORDS})[/_-]?(\d{{1,3}})/?(?=\.[a-z]{{3,5}}$|$)")
_BARE = re.compile(r"[/,_-](\d{1,3})/?(?=\.[a-z]{3,5}$|$)")


def next_page_url(evidence: Evidence) -> str | None:
    """The address of this article's next page; None where the page names none."""
    links = [*evidence.elements.get("link", ()), *evidence.elements.get("a", ())]
    for link in links:
        if "next" in (link.get("rel") or "").lower().split():
            url = absolute_url(evidence.url, link.get("href") or "")
            if url is not None and _follows(url, evidence.url):
                return url
    return None


def is_later_page(evidence: Evidence) -> bool:
    """Whether the page names one before it that is of the same article.

    "/story/18" after "/story/17" is more likely the next story: where neither says that its number is a page's, the one
    before must have none.
    """
    links = [*evidence.elements.get("link", ()), *evidence.elements.get("a", ())]
    return any(
        not {"prev", "previous"}.isdisjoint((link.get("rel") or "").lower().split())
        and (url := absolute_url(evidence.url, link.get("href") or "")) is not None
        and _follows(evidence.url, url)
        and (_numbered(url_strict(evidence.url)).is_told or _numbered(url_strict(url)).number is None)
        for link in links
    )


def is_of_one_article(first: Article, page: Article) -> bool:
    """Whether `page`, reached by `next_page_url`, has the headline or the canonical URL of the first page."""
    if title_key(page.headline or "") == title_key(first.headline or ""):
        return True
    stated = {url_strict(url) for url in (first.canonical_url, first.url) if url}
    return page.canonical_url is not None and url_strict(page.canonical_url) in stated


def join_pages(first: Article, further: Sequence[Article], *, is_whole: bool) -> Article:
    """The article whose text is that of `first` and of its further pages, in their order.

    What later pages repeat (a standfirst, an introduction) is left out.  Everything but the text is as the first page
    says.  With `is_whole` the last of them is the article's last page; else the article is marked partial.
    """
    paragraphs = list(first.paragraphs)
    seen = {paragraph.text for paragraph in first.paragraphs} | {first.standfirst, first.headline}
    for page in further:
        paragraphs += [paragraph for paragraph in page.paragraphs if paragraph.text not in seen]
        seen |= {paragraph.text for paragraph in page.paragraphs}
    words = sum(len(paragraph.text.split()) for paragraph in paragraphs)
    pages = (first, *further)
    return replace(
        first,
        paragraphs=tuple(paragraphs),
        agency_credit=next((page.agency_credit for page in reversed(pages) if page.agency_credit), None),
        promotion=next((page.promotion for page in reversed(pages) if page.promotion), None),
        reading_time_minutes=reading_minutes(words) if first.reading_time_is_computed else first.reading_time_minutes,
        page_count=len(pages),
        is_partial=not is_whole,
        next_page_url=None,
    )


def _follows(later: str, earlier: str) -> bool:
    """Whether the addresses are those of two pages of one article, the second right after the first."""
    here, before = _numbered(url_strict(later)), _numbered(url_strict(earlier))
    if here.number is None:
        return False
    # The first page goes without a number as a rule, and then its last digits are part of its name.
    return (here.rest == before.rest and here.number == (before.number or 1) + 1) or (
        here.number == 2 and here.rest == url_strict(earlier).rstrip("/")
    )


class _Numbered(NamedTuple):
    """A strict key without the number of its page, the number, and whether the address says that it is one."""

    rest: str
    number: int | None = None
    is_told: bool = False


def _numbered(key: str) -> _Numbered:
    for pattern in (_TOLD_IN_QUERY, _TOLD_IN_PATH, _BARE):
        if matches := list(pattern.finditer(key)):
            match = matches[-1]
            rest = (key[: match.start()] + key[match.end() :]).replace("?&", "?").rstrip("?&/")
            return _Numbered(rest, int(match[1]), is_told=pattern is not _BARE)
    return _Numbered(key.rstrip("/"))
