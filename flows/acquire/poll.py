"""Polling: ask a feed, read what it says, and decide when to ask again."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flows.acquire.client import Client
from flows.acquire.engine import Engine
from flows.acquire.exchange import Answer, Request, feed_request
from flows.acquire.retries import RetryPolicy, fetch_with_retries
from flows.acquire.robots import Robots
from flows.acquire.server_hints import server_wants
from flows.durations import parse_duration
from flows.feeds_file import FeedSpec
from transforms.arrivals import listing_of
from transforms.cadence import Wishes, after_failure, after_success
from transforms.dates import believable
from transforms.errors import FeedError, NewsledgerError, WorkerError
from transforms.feeds.entries import keyed_by_link
from transforms.feeds.parse import entries_hash, parse_feed
from transforms.moves import after_redirect, crowded_hosts, without_failed_move, without_moves
from transforms.outcomes import Outcome
from transforms.records import (
    Entry,
    FeedDocument,
    FeedKind,
    FeedState,
    Fetch,
    GuidTrust,
    ListedEntry,
    Poll,
    ValidatorUse,
)
from transforms.text import counted
from transforms.urls import host_of, url_strict
from transforms.validators import after_document, after_not_modified, validator_use, with_sendable
from warehouse.suppressions import Suppressions

SLOW_ANSWER = timedelta(seconds=10)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What came of asking one feed."""

    poll: Poll
    fetches: tuple[Fetch, ...]
    entries: tuple[ListedEntry, ...] = ()

    is_offline: bool = False
    """Whether the trouble may well be our own network's."""

    @property
    def reached_nobody(self) -> bool:
        """Whether no server answered at all."""
        return self.poll.status is None and self.poll.error_class in (Outcome.CONNECTION_FAILED, Outcome.TIMED_OUT)


@dataclass(slots=True)
class _SharedAnswer:
    """What an address answered at which several feeds of the run are asked."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    request: Request | None = None
    answer: Answer | None = None

    def answer_to(self, request: Request) -> Answer | None:
        """The answer where it is one to the request too: a 304 tells nothing to who holds other validators."""
        if self.request is None or self.answer is None:
            return None
        are_same = (self.request.etag, self.request.last_modified) == (request.etag, request.last_modified)
        return self.answer if are_same or self.answer.status != 304 else None


class Poller:
    """Polls feeds of one run, all at once as far as the pacing of their hosts allows."""

    def __init__(
        self,
        *,
        client: Client,
        robots: Robots,
        engine: Engine,
        clock: Callable[[], datetime],
        run_id: str,
        max_entries: int,
        policy: RetryPolicy,
        suppression: Callable[[str], str | None],
        fresh_within: timedelta | None,
    ) -> None:
        """`suppression` says why an address must not be asked, or None."""
        self._client = client
        self._robots = robots
        # a feed is asked by every run that it is due in: a server in trouble is not pressed within one
        self._policy = replace(policy, retries_server_errors=False)
        self._suppression = suppression
        self._engine = engine
        self._clock = clock
        self._run_id = run_id
        self._max_entries = max_entries
        self._fresh_within = fresh_within
        self._crowded: AbstractSet[str] = frozenset()
        self._shared: dict[str, _SharedAnswer] = {}

    async def poll_all(
        self,
        feeds: Sequence[FeedSpec],
        states: Mapping[str, FeedState],
        on_done: Callable[[], None],
    ) -> list[PollOutcome]:
        """Asks every feed once, and an address at which several are asked once for all of them.

        The outcomes are in the order of `feeds`; trouble with a feed is an outcome.
        """
        self._crowded = crowded_hosts(states.values())
        counts = Counter(_asked_url(feed, states.get(feed.address)) for feed in feeds)
        self._shared = {url: _SharedAnswer() for url, count in counts.items() if count > 1}

        async def one(feed: FeedSpec) -> PollOutcome:
            outcome = await self.poll(feed, states)
            on_done()
            return outcome

        return list(await asyncio.gather(*(one(feed) for feed in feeds)))

    async def poll(self, feed: FeedSpec, states: Mapping[str, FeedState], *, is_found: bool = False) -> PollOutcome:
        """Asks one feed; with `is_found` a sitemap nobody subscribed to, on which robots.txt decides as on pages."""
        state = with_sendable(states.get(feed.address) or FeedState(feed_url=feed.address))
        if feed.pinned:
            state = without_moves(state)
        try:
            return await self._poll(feed, state, is_found=is_found)
        except NewsledgerError:
            raise
        except Exception as error:
            # trouble that nobody foresaw costs the feed's poll and not the run
            logger.exception("polling %s", feed.address)
            answer = Answer(url=feed.address, final_url=feed.address, hops=(), fetches=())
            reason = f"an unexpected {type(error).__name__}: {error}"
            return self._failed(feed, state, answer, Outcome.BAD_CONTENT, reason)

    async def _poll(self, feed: FeedSpec, state: FeedState, *, is_found: bool) -> PollOutcome:
        use = validator_use(state, self._clock())
        request = feed_request(
            _asked_url(feed, state),
            etag=state.etag if use is ValidatorUse.SENT else None,
            last_modified=state.last_modified if use is ValidatorUse.SENT else None,
            validator_use=use,
            purpose="sitemap" if is_found else "feed",
            may_fetch=self._robots.may_fetch if is_found else self._robots.may_poll,
            suppression=self._suppression,
        )
        shared = None if is_found else self._shared.get(request.url)
        if shared is None:
            answer = await fetch_with_retries(self._client, request, policy=self._policy)
            return await self._judged(feed, state, answer)
        # One after the other: who comes first asks for all.
        async with shared.lock:
            known = shared.answer_to(request)
            answer = known or await fetch_with_retries(self._client, request, policy=self._policy)
            shared.request, shared.answer = request, answer
        outcome = await self._judged(feed, state, answer)
        return replace(outcome, fetches=()) if known else outcome

    async def _judged(self, feed: FeedSpec, state: FeedState, answer: Answer) -> PollOutcome:
        if answer.outcome is not None:
            return self._failed(feed, state, answer, answer.outcome, answer.reason)
        if answer.status == 304:
            confirmed = after_not_modified(state, **_validators(answer))
            return self._unchanged(feed, confirmed, answer, "304 Not Modified")
        body_hash = answer.fetches[-1].content_hash
        if body_hash is not None and body_hash == state.body_hash:
            same = after_document(state, now=self._clock(), entries=None, **_validators(answer))
            return self._unchanged(feed, same, answer, "the same document as before")
        try:
            document = await asyncio.wrap_future(
                self._engine.submit(
                    parse_feed_bytes,
                    answer.body,
                    answer.final_url,
                    answer.headers.get("content-type"),
                    self._max_entries,
                )
            )
        except FeedError as error:
            return self._failed(feed, state, answer, Outcome.BAD_CONTENT, str(error))
        except WorkerError as error:
            return self._failed(feed, state, answer, Outcome.EXTRACTOR_DIED, f"reading the feed: {error}")
        if state.guid_trust is not GuidTrust.TRUSTED:
            document = replace(document, entries=keyed_by_link(document.entries))
        if document.kind is FeedKind.SITEMAP_INDEX:
            reason = "a sitemap index, which lists sitemaps and no articles: follow the news sitemap that it names"
            return self._failed(feed, state, answer, Outcome.BAD_CONTENT, reason)
        if (entries := entries_hash(document)) == state.entries_hash:
            touched = after_document(state, now=self._clock(), entries=None, **_validators(answer))
            return self._unchanged(feed, replace(touched, body_hash=body_hash), answer, "the same entries as before")
        read = after_document(state, now=self._clock(), entries=document.entries, **_validators(answer))
        read = replace(read, body_hash=body_hash, entries_hash=entries)
        return self._listed(feed, read, answer, document)

    def _listed(self, feed: FeedSpec, state: FeedState, answer: Answer, document: FeedDocument) -> PollOutcome:
        now = self._clock()
        listing = listing_of(document.entries, now)
        is_same_feed = not set(listing.marks).isdisjoint(state.entry_marks)
        state = self._moved(feed, state, answer, now, is_same_feed=is_same_feed)
        wishes = self._wishes(feed, answer, now)
        after, gap = after_success(
            state, now=now, listing=listing, hints=document.hints, wishes=wishes, is_slow=_is_slow(answer)
        )
        reason = "; ".join(document.problems) or counted(len(document.entries), "entry", "entries")
        poll = self._poll_row(feed, answer, after, now, "listed", reason)
        poll = replace(
            poll,
            title=document.title,
            home_url=document.home_url,
            language=feed.language or document.language,
            kind=str(document.kind),
            entry_count=len(document.entries),
            gap=gap,
        )
        entries = tuple(
            ListedEntry(
                feed_url=poll.feed_url,
                polled_at=now,
                url_key=url_strict(entry.link) if entry.link else None,
                entry=_believed(entry, now),
            )
            for entry in document.entries
        )
        return PollOutcome(poll=poll, fetches=answer.fetches, entries=entries)

    def _unchanged(self, feed: FeedSpec, state: FeedState, answer: Answer, reason: str) -> PollOutcome:
        now = self._clock()
        state = self._moved(feed, state, answer, now, is_same_feed=True)
        wishes = self._wishes(feed, answer, now)
        after, _ = after_success(
            state, now=now, listing=None, hints=state.hints, wishes=wishes, is_slow=_is_slow(answer)
        )
        return PollOutcome(poll=self._poll_row(feed, answer, after, now, "unchanged", reason), fetches=answer.fetches)

    def _failed(self, feed: FeedSpec, state: FeedState, answer: Answer, outcome: Outcome, reason: str) -> PollOutcome:
        now = self._clock()
        after = after_failure(
            state,
            now=now,
            outcome=outcome,
            retry_after_until=answer.retry_after_until,
            is_slow=_is_slow(answer),
        )
        after = without_failed_move(after)
        poll = replace(self._poll_row(feed, answer, after, now, "failed", reason), error_class=str(outcome))
        return PollOutcome(poll=poll, fetches=answer.fetches, is_offline=answer.is_offline)

    def _wishes(self, feed: FeedSpec, answer: Answer, now: datetime) -> Wishes:
        return Wishes(
            server=server_wants(answer.headers, now),
            every=parse_duration(feed.every) if feed.every else None,
            fresh_within=self._fresh_within,
        )

    def _moved(
        self, feed: FeedSpec, state: FeedState, answer: Answer, now: datetime, *, is_same_feed: bool
    ) -> FeedState:
        """The state with what the answer's redirects say.

        Credentials are not taken along, so a feed that has some never moves.
        """
        if feed.pinned or feed.url != feed.address:
            return state
        last_attempt = [fetch for fetch in answer.fetches if fetch.attempt == answer.fetches[-1].attempt]
        is_permanent = len(answer.hops) > 1 and all(fetch.status in (301, 308) for fetch in last_attempt[:-1])
        moved_to = answer.final_url if is_permanent else None
        return after_redirect(state, now=now, moved_to=moved_to, is_same_feed=is_same_feed, crowded=self._crowded)

    def _poll_row(
        self, feed: FeedSpec, answer: Answer, state: FeedState, now: datetime, result: str, reason: str
    ) -> Poll:
        return Poll(
            run_id=self._run_id,
            feed_url=feed.address,
            polled_at=now,
            result=result,
            reason=reason,
            state=state,
            status=answer.status,
            name=feed.name,
            language=feed.language,
            country=feed.country,
            tags=feed.tags,
        )


def suppressed_polls(
    feeds: Sequence[FeedSpec],
    states: Mapping[str, FeedState],
    suppressions: Suppressions,
    *,
    run_id: str,
    now: datetime,
) -> Iterator[Poll]:
    """Says once of each suppressed feed that it is not asked any more: from then on it has no time to be due."""
    for feed in feeds:
        state = states.get(feed.address)
        if state is not None and state.next_poll_at is None:
            continue
        yield Poll(
            run_id=run_id,
            feed_url=feed.address,
            polled_at=now,
            result="failed",
            reason=suppressions.reason_for(feed.address) or "",
            state=replace(state or FeedState(feed_url=feed.address), next_poll_at=None),
            error_class=str(Outcome.SUPPRESSED),
            name=feed.name,
            language=feed.language,
            country=feed.country,
            tags=feed.tags,
        )


def _asked_url(feed: FeedSpec, state: FeedState | None) -> str:
    """The address to ask: the adopted one where the feed moved, unless its line in the feeds file is pinned."""
    return feed.url if state is None or state.adopted_url is None or feed.pinned else state.adopted_url


def _is_slow(answer: Answer) -> bool:
    """Whether a request took long, or the server asked us to slow down."""
    return any(
        fetch.status in (429, 503) or fetch.ended_at - fetch.started_at > SLOW_ANSWER for fetch in answer.fetches
    )


def _believed(entry: Entry, now: datetime) -> Entry:
    """The entry without times that cannot be right when seen `now`; what the feed wrote stays in the raw strings."""
    return replace(entry, published=believable(entry.published, now=now), updated=believable(entry.updated, now=now))


def parse_feed_bytes(body: bytes, url: str, content_type: str | None, max_entries: int) -> FeedDocument:
    """`parse_feed` with positional arguments, as the engine's seam passes them."""
    return parse_feed(body, url=url, content_type=content_type, max_entries=max_entries)


def _validators(answer: Answer) -> dict[str, str | None]:
    """The validators of the host that was asked; those of a host that it led to are not sent, and not kept."""
    if host_of(answer.final_url) != host_of(answer.url):
        return {"etag": None, "last_modified": None}
    return {"etag": answer.headers.get("etag"), "last_modified": answer.headers.get("last-modified")}
