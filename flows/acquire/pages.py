"""Acquiring pages: fetch, extract and stage at the same time, with bounded memory.

Each site's pages are fetched in order by a task of their own, so pacing needs no more than a turn per request.
Fetched bodies wait in worker processes' queues, of which there are only a few places: when extraction is behind,
fetching pauses.  Results are staged in batches; what is staged is safe, and a second call skips it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from functools import partial

from flows.acquire.claims import OUT_OF_TIME, Claims, Ending
from flows.acquire.client import Client
from flows.acquire.engine import Engine
from flows.acquire.exchange import Answer, headers_for_extraction, page_request
from flows.acquire.further_pages import FurtherPages, WholeArticle, told
from flows.acquire.page_results import AcquiredPage, page_result
from flows.acquire.retries import RetryPolicy, fetch_with_retries
from flows.acquire.robots import Robots
from flows.acquire.rooms import Room
from transforms.article.extract import extract_page
from transforms.article.from_feed import extract_entry, may_stand_in, stand_in
from transforms.errors import NewsledgerError, WorkerError
from transforms.outcomes import RETRIED, Outcome
from transforms.records import Article, DuePage, Entry, Extraction, Page
from transforms.urls import site_of

logger = logging.getLogger(__name__)

PAGES_PER_BATCH = 400
SECONDS_PER_BATCH = 60.0
"""A result waits no longer to be staged, once another comes in: so much of a slow run's work a kill may cost."""

StagePages = Callable[[Sequence[AcquiredPage]], Awaitable[None]]


class PageAcquirer:
    """Fetches and extracts the due pages of one run."""

    def __init__(
        self,
        *,
        client: Client,
        robots: Robots,
        policy: RetryPolicy,
        engine: Engine,
        clock: Callable[[], datetime],
        run_id: str,
        known_keys: set[str],
        suppression: Callable[[str], str | None],
        stage: StagePages,
        text_feeds: AbstractSet[str],
        per_host_concurrency: int,
        bodies_in_memory: int,
        deadline: float,
    ) -> None:
        """`known_keys` are the strict keys of every fetched address of a known article.  `suppression` says why an
        address must not be asked, or None.

        `text_feeds` are the feeds, by their address, whose own full text is the article; their pages are not asked for.
        `bodies_in_memory` bounds the pages whose bodies are asked for, wait for a worker, or are in one.

        `deadline` is on the monotonic clock: after it no new page is asked for.
        """
        self._client = client
        self._robots = robots
        self._policy = policy
        self._engine = engine
        self._clock = clock
        self._result = partial(page_result, run_id=run_id)
        self._claims = Claims(known_keys)
        self._suppression = suppression
        self._stage = stage
        self._text_feeds = text_feeds
        self._per_host_concurrency = per_host_concurrency
        self._rooms = asyncio.Semaphore(bodies_in_memory)
        self._deadline = deadline
        self._acquired: list[AcquiredPage] = []
        self._oldest_since = 0.0
        self._staging = asyncio.Lock()
        self._repeated: list[tuple[DuePage, Answer]] = []
        self.left_out = 0
        """Pages that the deadline left out: they are deferred, and come first in the next run."""

    async def acquire(self, due: Iterable[DuePage], on_done: Callable[[], None]) -> None:
        """Takes every page to a result and stages them all; what the deadline leaves out is deferred."""
        by_site: dict[str, deque[DuePage]] = defaultdict(deque)
        for page in due:
            by_site[site_of(page.url)].append(page)
        try:
            async with asyncio.TaskGroup() as tasks:
                for pages in by_site.values():
                    for _ in range(min(self._per_host_concurrency, len(pages))):
                        tasks.create_task(self._work_through(pages, on_done))
        except* NewsledgerError as group:
            raise _first(group) from group
        await self._settle_repeated()
        self._defer([page for pages in by_site.values() for page in pages])
        await self._stage_acquired()

    async def _work_through(self, pages: deque[DuePage], on_done: Callable[[], None]) -> None:
        async with asyncio.TaskGroup() as extractions:
            while pages and time.monotonic() < self._deadline:
                page, room = pages.popleft(), Room(self._rooms)
                answer = await self._answer(page, room)
                extractions.create_task(self._finish(page, answer, room, on_done))

    async def _answer(self, page: DuePage, room: Room) -> Answer:
        """What the page's address answers; trouble that nobody foresaw costs the page and not the run."""
        try:
            return await self._ask(page, room)
        except NewsledgerError:
            raise
        except Exception as error:
            room.release()
            logger.exception("asking for %s", page.url)
            return Answer(
                url=page.url,
                final_url=page.url,
                hops=(page.url,),
                fetches=(),
                outcome=Outcome.BAD_CONTENT,
                reason=f"an unexpected {type(error).__name__}: {error}",
            )

    async def _ask(self, page: DuePage, room: Room) -> Answer:
        def is_taken(key: str) -> bool:
            is_known = page.purpose == "page" and self._claims.is_known(key)
            return is_known or self._claims.is_anothers(key, page.url_key)

        if self._claims.is_anothers(page.url_key, page.url_key):
            reason = "another page of this run was redirected here"
            return Answer(
                url=page.url, final_url=page.url, hops=(page.url,), fetches=(), reason=reason, same_as=page.url_key
            )
        if self._has_text(page):
            await room.take()
            return Answer(url=page.url, final_url=page.url, hops=(page.url,), fetches=())
        if page.feed_url is not None and site_of(page.feed_url) == site_of(page.url):
            # the page may be on another host of the feed's site, a redirector say: the site's Crawl-delay holds there
            await self._robots.may_fetch(page.feed_url)
        request = page_request(
            page.url,
            purpose=page.purpose,
            is_known=is_taken,
            may_fetch=self._robots.may_fetch,
            suppression=self._suppression,
            room=room,
        )
        return await fetch_with_retries(self._client, request, policy=self._policy)

    async def _finish(self, page: DuePage, answer: Answer, room: Room, on_done: Callable[[], None]) -> None:
        extraction = None
        try:
            if answer.outcome is None and answer.same_as is None:
                extraction = await self._extract(page, answer)
        finally:
            room.release()
        if answer.same_as is not None:
            self._repeated.append((page, answer))
            self._claims.end(page.url_key, Ending(same_as=answer.same_as))
        else:
            await self._settle(page, answer, extraction)
        on_done()
        waited = time.monotonic() - self._oldest_since
        if self._acquired and (len(self._acquired) >= PAGES_PER_BATCH or waited >= SECONDS_PER_BATCH):
            await self._stage_acquired()

    async def _settle(self, page: DuePage, answer: Answer, extraction: Extraction | None) -> None:
        """Gives a page that led to an address of its own its result."""
        whole = None
        if extraction is not None and extraction.article is not None and not self._has_text(page):
            whole = await self._whole(page, extraction.article)
            extraction = _judged(page, extraction, whole)
        outcome = extraction.outcome if extraction else answer.outcome
        reason = extraction.reason if extraction else answer.reason
        self._claims.end(page.url_key, Ending(outcome=outcome, reason=reason))
        article = extraction.article if extraction else None
        is_overruled = whole is not None and article is None
        if article is None:
            article = await self._stand_in(page, outcome)
        result = self._result(
            page, answer, now=self._clock(), outcome=outcome, reason=reason, article=article, whole=whole
        )
        fetches, page_fetch_ids = list(answer.fetches), [fetch.fetch_id for fetch in answer.fetches[-1:]]
        if whole is not None:
            fetches += whole.fetches
            page_fetch_ids += whole.fetch_ids
        if not self._acquired:
            self._oldest_since = time.monotonic()
        self._acquired.append(
            AcquiredPage(
                due=page,
                result=result,
                fetches=tuple(fetches),
                # a result that is not what the bodies say is not read from them again
                page_fetch_ids=tuple(page_fetch_ids) if extraction is not None and not is_overruled else (),
            )
        )

    async def _whole(self, page: DuePage, first: Article) -> WholeArticle:
        """The article with its further pages, if it has any."""

        async def ask(url: str) -> Answer:
            return await self._answer(replace(page, url=url), room)

        async def extract(answer: Answer) -> Extraction:
            try:
                return await self._extract(page, answer)
            finally:
                room.release()

        def is_taken(key: str) -> bool:
            return self._claims.is_anothers(key, page.url_key)

        room = Room(self._rooms)
        try:
            pages = FurtherPages(ask=ask, extract=extract, is_taken=is_taken, deadline=self._deadline)
            return await pages.join(first)
        finally:
            room.release()

    async def _settle_repeated(self) -> None:
        """Gives the pages that stopped at another's address their outcome, now that the other's is known."""
        for page, answer in self._repeated:
            assert answer.same_as is not None
            ending = self._claims.ending_at(answer.same_as)
            if ending.outcome is None:
                result = self._result(page, answer, now=self._clock(), outcome=Outcome.DUPLICATE, reason=answer.reason)
            else:
                reason = f"{answer.reason}; there: {ending.reason}"
                text = await self._stand_in(page, ending.outcome)
                own = replace(answer, same_as=None, outcome=ending.outcome)
                result = self._result(page, own, now=self._clock(), outcome=ending.outcome, reason=reason, article=text)
            self._acquired.append(AcquiredPage(due=page, result=result, fetches=answer.fetches))
        self._repeated = []

    def _defer(self, pages: Sequence[DuePage]) -> None:
        self.left_out += len(pages)
        for page in pages:
            answer = Answer(url=page.url, final_url=page.url, hops=(), fetches=())
            result = self._result(page, answer, now=self._clock(), outcome=Outcome.DEFERRED, reason=OUT_OF_TIME)
            self._acquired.append(AcquiredPage(due=page, result=replace(result, stage="plan"), fetches=()))

    def _has_text(self, page: DuePage) -> bool:
        """Whether the page's feed is one whose own text is wanted, so that the page is not asked for."""
        return page.feed_url in self._text_feeds and page.entry is not None

    async def _stand_in(self, page: DuePage, outcome: Outcome | None) -> Article | None:
        """The feed's own text in the place of a page that cannot be had; None where there is no such text."""
        if self._has_text(page) or not may_stand_in(page.entry, outcome):
            return None
        try:
            return await asyncio.wrap_future(self._engine.submit(_find_stand_in, page.entry, page.feed_language))
        except Exception as error:
            if not isinstance(error, WorkerError):
                logger.exception("extracting the feed's text of %s", page.url)
            return None  # what is told of the page is true without it

    async def _extract(self, page: DuePage, answer: Answer) -> Extraction:
        fetched = Page(
            url=page.url,
            final_url=answer.final_url,
            body=answer.body,
            content_type=answer.headers.get("content-type"),
            headers=headers_for_extraction(answer.headers),
        )
        if self._has_text(page):
            extraction = self._engine.submit(_extract_entry, page.entry, page.feed_language)
        else:
            extraction = self._engine.submit(_extract, fetched, page.entry, page.feed_language)
        try:
            return await asyncio.wrap_future(extraction)
        except WorkerError as error:
            return Extraction(outcome=Outcome.EXTRACTOR_DIED, reason=f"extracting the page: {error}")
        except Exception as error:
            logger.exception("extracting %s", page.url)
            reason = f"extracting the page: an unexpected {type(error).__name__}: {error}"
            return Extraction(outcome=Outcome.EXTRACTOR_DIED, reason=reason)

    async def _stage_acquired(self) -> None:
        async with self._staging:
            acquired, self._acquired = self._acquired, []
            if acquired:
                await self._stage(acquired)


def _judged(page: DuePage, extraction: Extraction, whole: WholeArticle) -> Extraction:
    """What became of an article of several pages.

    Where a page of an article that is known could not be had this time, nothing is said of it: the text that is there
    would look like a revision that leaves the rest out.
    """
    trouble = whole.trouble
    if trouble is not None and page.purpose == "recheck" and trouble.outcome in RETRIED:
        return Extraction(outcome=trouble.outcome, reason=told(whole))
    return replace(extraction, article=whole.article, reason=told(whole))


def _first(group: BaseExceptionGroup[NewsledgerError]) -> NewsledgerError:
    """One of the errors that ended the tasks: they share their cause, and people read one message."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, NewsledgerError)
    return error


def _extract_entry(entry: Entry, feed_language: str | None) -> Extraction:
    """`extract_entry` with positional arguments, as the engine's seam passes them."""
    return extract_entry(entry, feed_language=feed_language)


def _find_stand_in(entry: Entry, feed_language: str | None) -> Article | None:
    """`stand_in` with positional arguments, as the engine's seam passes them."""
    return stand_in(entry, feed_language=feed_language)


def _extract(page: Page, entry: Entry | None, feed_language: str | None) -> Extraction:
    """`extract_page` with positional arguments, as the engine's seam passes them."""
    return extract_page(page, entry=entry, feed_language=feed_language)
