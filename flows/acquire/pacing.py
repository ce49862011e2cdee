"""Politeness in time: one bucket per host for feeds, pages and robots.txt together.

Hosts of one registrable domain count as one host.

All waiting is on the event loop's monotonic clock; a shifted wall clock (`--now`) changes nothing here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from transforms.urls import site_of

MAX_CRAWL_DELAY_SECONDS = 120.0
"""A longer Crawl-delay is taken as this one."""
SLOWED_SECONDS = 3600.0
"""How long a host that answered 429 or 503 is asked at half the pace."""


@dataclass(slots=True)
class _Bucket:
    """The state of one host; moments are on the event loop's clock."""

    places: asyncio.Semaphore
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    counts_from: float = float("-inf")
    """From when the interval to the next start counts."""
    crawl_delay: float = 0.0
    slowed_until: float = float("-inf")


class Turn:
    """One host's leave to send one request.

    What counts is the interval between two requests as the server sees it, and a busy server sees a request long after
    it was sent.  So the interval counts from a moment at which the server has certainly seen the request before: the
    beginning of its answer, else the end of waiting for one.
    """

    def __init__(self, bucket: _Bucket) -> None:
        self._bucket = bucket
        self._is_answered = False

    def started(self) -> None:
        """Call it when the request goes out: connecting takes time."""
        self._bucket.counts_from = asyncio.get_running_loop().time()

    def answered(self) -> None:
        """Call it when the answer begins."""
        self._is_answered = True
        self._bucket.counts_from = asyncio.get_running_loop().time()

    def ended(self) -> None:
        """Call it when no more is expected of the request."""
        if not self._is_answered:
            self.answered()


class Pacer:
    """Gives out turns: per host at most `concurrency` at once and `interval_seconds` between two (see `Turn`).

    A host's Crawl-delay lengthens its interval and never shortens it.  `max_in_flight` caps the requests of all hosts
    together.  Waiters are served in the order in which they came.
    """

    def __init__(self, *, interval_seconds: float = 1.0, concurrency: int = 1, max_in_flight: int = 64) -> None:
        self._interval = interval_seconds
        self._concurrency = concurrency
        self._all = asyncio.Semaphore(max_in_flight)
        self._buckets: dict[str, _Bucket] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Turn]:
        """Waits until the host may be asked; the turn is over when the context ends.

        `host` is compared as it is: give it in lower case and without a port.
        """
        bucket = self._bucket(host)
        async with bucket.places:
            # The lock keeps starts apart where a host takes several requests at once.
            async with bucket.starting:
                await self._wait_for_start(bucket)
                await self._all.acquire()
                turn = Turn(bucket)
                turn.started()
            try:
                yield turn
            finally:
                turn.ended()
                self._all.release()

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Takes over a host's Crawl-delay, up to MAX_CRAWL_DELAY_SECONDS; of a site's hosts the slowest counts."""
        bucket = self._bucket(host)
        bucket.crawl_delay = max(bucket.crawl_delay, min(seconds, MAX_CRAWL_DELAY_SECONDS))

    def slow_down(self, host: str, *, seconds: float = SLOWED_SECONDS) -> None:
        """Doubles the host's interval for that long, from now; a second call prolongs it."""
        bucket = self._bucket(host)
        bucket.slowed_until = max(bucket.slowed_until, asyncio.get_running_loop().time() + seconds)

    def resume(self, host: str, *, seconds_ago: float) -> None:
        """Takes over that the host was asked by an earlier run, so long ago."""
        bucket = self._bucket(host)
        bucket.counts_from = max(bucket.counts_from, asyncio.get_running_loop().time() - seconds_ago)

    def interval(self, host: str) -> float:
        """Seconds between two requests to this host, as of now."""
        return self._interval_of(self._bucket(host))

    def _bucket(self, host: str) -> _Bucket:
        # A publisher's www., feeds. and bare hosts are one server to it, and a redirect leads from one to the other.
        site = site_of(host)
        if site not in self._buckets:
            self._buckets[site] = _Bucket(places=asyncio.Semaphore(self._concurrency))
        return self._buckets[site]

    def _interval_of(self, bucket: _Bucket) -> float:
        interval = max(self._interval, bucket.crawl_delay)
        return interval * 2 if asyncio.get_running_loop().time() < bucket.slowed_until else interval

    async def _wait_for_start(self, bucket: _Bucket) -> None:
        # Asked again after each wait: the interval may have grown meanwhile (a Crawl-delay read, a 429).
        loop = asyncio.get_running_loop()
        while (wait := bucket.counts_from + self._interval_of(bucket) - loop.time()) > 0:
            await asyncio.sleep(wait)
