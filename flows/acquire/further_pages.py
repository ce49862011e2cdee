"""The second, third, … pages of an article that goes on over several."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from flows.acquire.exchange import Answer
from transforms.article.multi_page import is_of_one_article, join_pages
from transforms.records import Article, Extraction, Fetch
from transforms.urls import url_strict

MOST_PAGES = 20
"""More than any article has: a calendar has a next page for ever."""


@dataclass(slots=True, kw_only=True)
class WholeArticle:
    """An article of one or more pages.

    `urls` are the addresses of its further pages, `fetch_ids` the requests that brought them.  `fetches` are all
    requests for them.  `trouble` is set when a page could not be had: the article is partial then.
    """

    article: Article
    urls: list[str] = field(default_factory=list)
    fetch_ids: list[str] = field(default_factory=list)
    fetches: list[Fetch] = field(default_factory=list)
    trouble: Answer | None = None


class FurtherPages:
    """Asks for the pages that follow an article's first one, as politely as for any page.

    `ask` fetches an address, `extract` reads the answer, both with the room that the body needs; `is_taken` says
    whether an address, by its strict key, belongs to another page of the run, and `deadline` is on the monotonic clock.
    """

    def __init__(
        self,
        *,
        ask: Callable[[str], Awaitable[Answer]],
        extract: Callable[[Answer], Awaitable[Extraction]],
        is_taken: Callable[[str], bool],
        deadline: float,
    ) -> None:
        self._ask = ask
        self._extract = extract
        self._is_taken = is_taken
        self._deadline = deadline

    async def join(self, first: Article) -> WholeArticle:
        """The article with the text of all its pages; marked partial where one of them could not be had."""
        whole = WholeArticle(article=first)
        further: list[Article] = []
        keys = {url_strict(first.url)}
        following, is_whole = first.next_page_url, True
        while following is not None and (key := url_strict(following)) not in keys:
            keys.add(key)
            is_whole = False
            if len(further) == MOST_PAGES - 1 or time.monotonic() >= self._deadline or self._is_taken(key):
                break
            answer = await self._ask(following)
            whole.fetches.extend(answer.fetches)
            page = await self._article(answer, whole)
            if page is None:
                break
            is_whole = True
            if not is_of_one_article(first, page):
                break
            further.append(page)
            whole.urls.append(answer.final_url)
            whole.fetch_ids.append(answer.fetches[-1].fetch_id)
            following = page.next_page_url
        whole.article = join_pages(first, further, is_whole=is_whole)
        return whole

    async def _article(self, answer: Answer, whole: WholeArticle) -> Article | None:
        """The article of one further page; None, with the trouble noted, where there is none."""
        if answer.outcome is None and answer.same_as is None:
            extraction = await self._extract(answer)
            if extraction.article is not None:
                return extraction.article
            answer = replace(answer, outcome=extraction.outcome, reason=extraction.reason)
        whole.trouble = answer
        return None


def told(whole: WholeArticle) -> str:
    """What is to be said of an article of which a page could not be had; "" of any other."""
    if whole.trouble is not None:
        return f"Page {whole.article.page_count + 1} of the article could not be had: {whole.trouble.reason}."
    return ""
