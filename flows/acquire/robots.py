"""robots.txt by RFC 9309: read at most once a day per origin, and asked before each page and feed.

One that cannot be read is tried again as often as the retry policy says, and once more so by each run with a page to
ask for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from flows.acquire.client import Client
from flows.acquire.exchange import Answer, RobotsDecision, robots_request
from flows.acquire.retries import RetryPolicy, fetch_with_retries
from flows.acquire.robots_rules import PRODUCT_TOKEN, forbidding_line, parser_of, read_rules
from flows.acquire.targets import Target, parse_target
from transforms.outcomes import RETRIED, Outcome
from transforms.records import Fetch, RobotsFile
from transforms.urls import host_of

# 4xx means that there are no rules (section 2.3.1.3), and so do too many redirects (2.3.1.2).  429 is no 4xx in
# that sense: it says that we ask too often, and asking on would be no answer to that.
_NO_RULES = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.BLOCKED, Outcome.REDIRECT_LOOP})
_NAMES_US = "robots.txt names newsledger"


class Robots:
    """The robots.txt files of one run.

    `on_fetched` is given the rows of each file's requests as they come in, `on_read` what the file says.  A host's
    Crawl-delay goes to the client's pacer.
    """

    def __init__(
        self,
        client: Client,
        *,
        policy: RetryPolicy,
        clock: Callable[[], datetime],
        on_fetched: Callable[[tuple[Fetch, ...]], None] = lambda _rows: None,
        on_read: Callable[[RobotsFile], None] = lambda _file: None,
    ) -> None:
        self._client = client
        self._policy = policy
        self._clock = clock
        self._on_fetched = on_fetched
        self._on_read = on_read
        self._known: dict[str, RobotsFile] = {}
        self._reading: dict[str, asyncio.Task[RobotsFile]] = {}

    def know(self, files: Iterable[RobotsFile]) -> None:
        """Takes over what earlier runs read, as long ago as it may be relied on at most."""
        for file in files:
            self._known[file.origin] = file
            self._pace(file)

    async def may_fetch(self, url: str) -> RobotsDecision:
        """Whether the page may be asked for.  Callers that come at once share one request.

        Where robots.txt could not be read (5xx, no connection, no answer) nothing of that origin is asked for in this
        run, and the decision's outcome is the trouble itself; trouble that would end a page for good (a redirect to an
        address that is not asked) counts as no connection, since the page has done nothing.
        """
        target = parse_target(url)
        known = self._known.get(target.origin)
        return _decide(known if known is not None and known.outcome is None else await self._read(target), target)

    async def may_poll(self, url: str) -> RobotsDecision:
        """Whether the feed may be asked for: its subscriber wants it, so only a group that names us says no.

        A robots.txt that could not be read says nothing, and is not asked for again on a feed's account for a day.
        """
        target = parse_target(url)
        file = self._known.get(target.origin) or await self._read(target)
        if file.agent == PRODUCT_TOKEN:
            decision = _decide(file, target)
            return replace(decision, rule=f"{decision.rule} ({_NAMES_US})")
        return RobotsDecision(allowed=True, rule=None, crawl_delay_seconds=file.crawl_delay_seconds)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of the address's origin names."""
        target = parse_target(url)
        return (self._known.get(target.origin) or await self._read(target)).sitemaps

    async def _read(self, target: Target) -> RobotsFile:
        reading = self._reading.get(target.origin)
        if reading is None:
            reading = asyncio.create_task(self._ask(target.origin))
            self._reading[target.origin] = reading
        # Shielded: a caller that is cancelled must not take the file away from the others.
        return await asyncio.shield(reading)

    async def _ask(self, origin: str) -> RobotsFile:
        answer = await fetch_with_retries(self._client, robots_request(f"{origin}/robots.txt"), policy=self._policy)
        file = _file_of(origin, answer, self._clock())
        self._pace(file)
        if answer.fetches:  # none where the server wants us to wait
            last = replace(answer.fetches[-1], crawl_delay_seconds=file.crawl_delay_seconds)
            self._on_fetched((*answer.fetches[:-1], last))
            self._on_read(replace(file, run_id=last.run_id, fetch_id=last.fetch_id))
        return file

    def _pace(self, file: RobotsFile) -> None:
        if file.crawl_delay_seconds:
            self._client.pacer.set_crawl_delay(host_of(file.origin), file.crawl_delay_seconds)


def _file_of(origin: str, answer: Answer, at: datetime) -> RobotsFile:
    if answer.outcome is None:
        rules = read_rules(answer.body)
        delay = parser_of(rules.lines).crawl_delay(PRODUCT_TOKEN)
        return RobotsFile(
            origin=origin,
            read_at=at,
            agent=rules.agent,
            rules=rules.lines,
            crawl_delay_seconds=delay or None,
            sitemaps=rules.sitemaps,
        )
    if answer.outcome in _NO_RULES:
        return RobotsFile(origin=origin, read_at=at, reason=f"no robots.txt ({answer.reason})")
    return RobotsFile(
        origin=origin, read_at=at, outcome=str(answer.outcome), reason=f"it could not be read: {answer.reason}"
    )


def _decide(file: RobotsFile, target: Target) -> RobotsDecision:
    url, delay = str(target.url), file.crawl_delay_seconds
    if file.outcome is not None:
        trouble = Outcome(file.outcome)
        outcome = trouble if trouble in RETRIED else Outcome.CONNECTION_FAILED
        return RobotsDecision(allowed=False, rule=file.reason, outcome=outcome)
    if file.reason is not None:
        return RobotsDecision(allowed=True, rule=file.reason)
    if _parser(file.rules).can_fetch(url, PRODUCT_TOKEN):
        return RobotsDecision(allowed=True, rule="allowed by robots.txt", crawl_delay_seconds=delay)
    return RobotsDecision(
        allowed=False, rule=forbidding_line(file.rules, url), crawl_delay_seconds=delay, outcome=Outcome.ROBOTS
    )


_parser = lru_cache(maxsize=256)(parser_of)
