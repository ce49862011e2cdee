"""The HTTP client: one URL in, one coded answer out, every hop of it paced, checked, capped and recorded.

Redirects are followed here and not by the HTTP library, so that each hop passes the same gates as the first.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import aiohttp
from multidict import CIMultiDict

from flows.acquire.addresses import AddressRefusedError, AddressRules
from flows.acquire.archive import Archive, Exchange
from flows.acquire.bodies import ACCEPT_ENCODING, BodyReader, BodyTooLargeError
from flows.acquire.connections import Connections, headers_as_text
from flows.acquire.error_pages import read_error_page, verdict_on_error_page
from flows.acquire.exchange import Answer, Request, RobotsDecision
from flows.acquire.pacing import Pacer, Turn
from flows.acquire.targets import Target, parse_target, redirect_target
from flows.acquire.verdicts import REDIRECTS, Verdict, retry_after_seconds, verdict_on_error, verdict_on_status
from flows.acquire.waits import ASKS_TO_WAIT, WAITED_FOR_SECONDS, Waits
from transforms.outcomes import Outcome
from transforms.records import Fetch, ValidatorUse
from transforms.urls import url_strict
from transforms.validators import sendable

_ARCHIVED = frozenset({"page", "recheck"})
_FAR_OFF_SECONDS = 3.2e9  # a century: as good as never, and now plus this is still a date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """What a client is told once.

    `user_agent` goes with every request.  `environment` is where HTTP_PROXY, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE
    are looked up.  `allow_hosts` lists hosts, addresses or networks that may be asked although they are not public.
    `silence_seconds` is the longest wait for the first byte of an answer and for each further one.  `max_bytes` caps
    bodies by the purpose of the request, where that shall not be the request's own cap.
    """

    user_agent: str
    environment: Mapping[str, str] = field(default_factory=dict)
    allow_hosts: tuple[str, ...] = ()
    connect_seconds: float = 10.0
    silence_seconds: float = 20.0
    max_bytes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """What one request brought: a status and headers, the body where there is one, the verdict where it failed."""

    status: int | None = None
    answered_at: datetime | None = None
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    body: bytes = b""
    wire_size: int = 0
    raw_ref: str | None = None
    verdict: Verdict | None = None
    retry_after_seconds: float | None = None


@dataclass(slots=True, kw_only=True)
class _Course:
    """How far a request has come: the hops it took, the rows they left, the time that remains."""

    request: Request
    attempt: int
    first: Target
    seconds_left: float
    hops: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    fetches: list[Fetch] = field(default_factory=list)

    def is_conditional(self, target: Target) -> bool:
        """Whether the hop carries the validators: they are of the host that is asked, and mean nothing to another."""
        return self.request.is_conditional and target.host == self.first.host

    def answer(self, verdict: Verdict | None = None) -> Answer:
        return Answer(
            url=self.first.shown,
            final_url=self.hops[-1],
            hops=tuple(self.hops),
            fetches=tuple(self.fetches),
            outcome=verdict.outcome if verdict else None,
            reason=verdict.reason if verdict else "",
            is_transient=verdict is not None and verdict.is_transient,
            is_offline=verdict is not None and verdict.is_offline,
        )


class Client:
    """An async context manager; open it inside the event loop that uses it.

    `clock` gives the time that rows are stamped with; time limits and pacing run on the monotonic clock.
    Raises SettingsError when the environment names a proxy that is none.
    """

    def __init__(
        self,
        settings: ClientSettings,
        *,
        clock: Callable[[], datetime],
        run_id: str,
        pacer: Pacer,
        archive: Archive | None = None,
    ) -> None:
        self.pacer = pacer
        self.waits = Waits()
        self._user_agent = settings.user_agent
        self._clock = clock
        self._run_id = run_id
        self._archive = archive
        self._max_bytes = settings.max_bytes
        self._rules = AddressRules(settings.allow_hosts)
        self._connections = Connections(
            environment=settings.environment,
            rules=self._rules,
            connect_seconds=settings.connect_seconds,
            silence_seconds=settings.silence_seconds,
        )

    async def __aenter__(self) -> Self:
        await self._connections.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._connections.__aexit__(kind, error, traceback)

    async def fetch(self, request: Request, *, attempt: int = 1) -> Answer:
        """Asks for a URL, redirects included; trouble with it is an outcome of the answer, never an exception.

        Raises ArchiveUnwritable when a page cannot be kept.  `attempt` counts from 1 and goes into the rows.
        """
        try:
            target = parse_target(request.url)
        except ValueError as error:
            return _unaskable(request.url, str(error))
        course = _Course(request=request, attempt=attempt, first=target, seconds_left=request.total_seconds)
        while True:
            if (obstacle := self._obstacle(target, course)) is not None:
                return course.answer(obstacle)
            if request.suppression is not None and (why := request.suppression(target.shown)) is not None:
                return course.answer(Verdict(outcome=Outcome.SUPPRESSED, reason=why))
            if (known := _known_key(course)) is not None:
                reason = f"redirected to {target.shown}, which leads to a known article"
                return replace(course.answer(), same_as=known, reason=reason)
            if (refusal := self._refusal(target)) is not None:
                return self._arrived(course, refusal)
            decision = await request.may_fetch(target.shown) if request.may_fetch is not None else None
            if decision is not None and not decision.allowed:
                reason = f"the site's robots.txt decides: {decision.rule}"
                return course.answer(Verdict(outcome=decision.outcome or Outcome.ROBOTS, reason=reason))
            received = await self._hop(target, course, decision)
            if received.verdict is not None or received.status not in REDIRECTS:
                return self._arrived(course, received)
            try:
                target = redirect_target(target, received.headers["location"])
            except AddressRefusedError as error:
                return course.answer(Verdict(outcome=Outcome.UNSAFE_ADDRESS, reason=str(error)))
            except ValueError as error:
                return course.answer(Verdict(outcome=Outcome.BAD_CONTENT, reason=str(error)))

    def _obstacle(self, target: Target, course: _Course) -> Verdict | None:
        """Why the hop is not to be taken, or None; either way the course has come to it."""
        is_loop = target.shown in course.hops
        course.hops.append(target.shown)
        if is_loop:
            reason = f"redirected back to {target.shown} (no cookies are kept)"
            return Verdict(outcome=Outcome.REDIRECT_LOOP, reason=reason)
        if len(course.hops) > course.request.max_redirects + 1:
            return Verdict(outcome=Outcome.REDIRECT_LOOP, reason=f"more than {course.request.max_redirects} redirects")
        try:
            self._rules.check_host(target.host, is_proxied=self._connections.is_proxied(target))
            self._rules.check_port(target.url.port)
        except AddressRefusedError as error:
            return Verdict(outcome=Outcome.UNSAFE_ADDRESS, reason=str(error))
        return None

    def _refusal(self, target: Target) -> _Received | None:
        """What stands for an answer where the server asked us to wait for longer than a run does."""
        seconds = self.waits.seconds_left(target.shown, target.host)
        if seconds <= WAITED_FOR_SECONDS:
            return None
        until = self._clock() + timedelta(seconds=seconds)
        reason = f"not asked, because the server wants us to wait until {until:%Y-%m-%d %H:%M} UTC (Retry-After)"
        return _Received(verdict=Verdict(outcome=Outcome.RATE_LIMITED, reason=reason), retry_after_seconds=seconds)

    async def _hop(self, target: Target, course: _Course, decision: RobotsDecision | None) -> _Received:
        """One request within the host's turn, and the row that tells of it."""
        async with self.pacer.turn(target.host) as turn:
            # asked again: who waited for the turn did so while others were answered
            if (refusal := self._refusal(target)) is not None:
                return refusal
            while (seconds := self.waits.seconds_left(target.shown, target.host)) > 0:
                await asyncio.sleep(seconds)
            if course.request.room is not None:
                await course.request.room.take()
            loop = asyncio.get_running_loop()
            fetch_id, started_at, started = uuid.uuid4().hex, self._clock(), loop.time()
            received = await self._exchange(target, course, turn, fetch_id)
            ended_at, asked_to_wait = self._clock(), received.retry_after_seconds
            retry_after_until = self._moment_after(asked_to_wait)
            course.seconds_left -= loop.time() - started
            if received.status in ASKS_TO_WAIT:
                self.pacer.slow_down(target.host)
                if asked_to_wait is not None:
                    self.waits.note(target.shown, target.host, seconds=asked_to_wait)
            if course.request.room is not None and (received.verdict is not None or received.status in REDIRECTS):
                # given back within the turn: who keeps room while waiting for a turn blocks those who wait for room
                course.request.room.release()
        is_conditional = course.is_conditional(target)
        is_left_out = course.request.is_conditional and not is_conditional
        course.fetches.append(
            Fetch(
                fetch_id=fetch_id,
                run_id=self._run_id,
                url=target.shown,
                host=target.host,
                purpose=course.request.purpose,
                attempt=course.attempt,
                started_at=started_at,
                answered_at=received.answered_at,
                ended_at=ended_at,
                redirected_from=course.fetches[-1].fetch_id if course.fetches else None,
                status=received.status,
                bytes=received.wire_size,
                error_class=received.verdict.outcome.value if received.verdict else None,
                was_conditional=is_conditional,
                validator_use=ValidatorUse.NONE if is_left_out else course.request.validator_use,
                had_validators=any(sendable(received.headers.get(name)) for name in ("etag", "last-modified")),
                retry_after_until=retry_after_until,
                robots_rule=decision.rule if decision else None,
                crawl_delay_seconds=decision.crawl_delay_seconds if decision else None,
                content_hash=hashlib.blake2b(received.body, digest_size=8).hexdigest() if received.body else None,
                raw_ref=received.raw_ref,
            )
        )
        return received

    async def _exchange(self, target: Target, course: _Course, turn: Turn, fetch_id: str) -> _Received:
        """Sends the request and reads what comes; every trouble of the exchange comes back as a verdict."""
        request, received = course.request, _Received()
        try:
            async with (
                asyncio.timeout(course.seconds_left),
                self._connections.get(target, headers=self._headers(target, course), turn=turn) as response,
            ):
                answered_at = self._clock()
                turn.answered()
                received = self._head(response, answered_at, is_conditional=course.is_conditional(target))
                if received.verdict is not None and request.purpose in _ARCHIVED:
                    shown = await read_error_page(response)
                    return replace(
                        received,
                        body=shown.body,
                        wire_size=shown.wire_size,
                        verdict=verdict_on_error_page(received.verdict, received.headers, shown.body),
                        raw_ref=self._keep(fetch_id, target, request, response, shown.wire),
                    )
                if received.verdict is not None or received.status in REDIRECTS:
                    return replace(received, raw_ref=self._keep(fetch_id, target, request, response, None))
                if received.status == 304:
                    return received
                encoding = ",".join(response.headers.getall("Content-Encoding", ()))
                reader = BodyReader(encoding, max_bytes=self._max_bytes.get(request.purpose, request.max_bytes))
                try:
                    async for piece in response.content.iter_any():
                        reader.feed(piece)
                    body = reader.finish()
                except BodyTooLargeError:
                    if not request.is_cut:
                        raise
                    body = reader.so_far
                finally:
                    received = replace(received, wire_size=reader.wire_size)
                return replace(
                    received, body=body, raw_ref=self._keep(fetch_id, target, request, response, reader.wire)
                )
        except Exception as error:
            verdict = verdict_on_error(error)
            if verdict is None:
                raise
            # what the status says holds, whatever becomes of the page that comes with it
            return received if received.verdict is not None else replace(received, verdict=verdict)

    def _head(self, response: aiohttp.ClientResponse, answered_at: datetime, *, is_conditional: bool) -> _Received:
        status, headers = response.status, headers_as_text(response.headers)
        is_redirect = status in REDIRECTS and "location" in headers
        return _Received(
            status=status,
            answered_at=answered_at,
            headers=headers,
            verdict=None if is_redirect else verdict_on_status(status, is_conditional=is_conditional),
            retry_after_seconds=retry_after_seconds(
                headers.get("retry-after"), date=headers.get("date"), now=self._clock()
            ),
        )

    def _headers(self, target: Target, course: _Course) -> dict[str, str]:
        request = course.request
        headers = {"User-Agent": self._user_agent, "Accept": request.accept, "Accept-Encoding": ACCEPT_ENCODING}
        # Both validators where both exist: servers that know If-None-Match ignore the other (RFC 9110 section 13.1.3).
        is_conditional = course.is_conditional(target)
        if is_conditional and request.etag is not None:
            headers["If-None-Match"] = request.etag
        if is_conditional and request.last_modified is not None:
            headers["If-Modified-Since"] = request.last_modified
        if course.first.authorization is not None and target.origin == course.first.origin:
            headers["Authorization"] = course.first.authorization
        return headers

    def _keep(
        self,
        fetch_id: str,
        target: Target,
        request: Request,
        response: aiohttp.ClientResponse,
        wire_body: bytes | None,
    ) -> str | None:
        """Keeps an answer about a page in the archive; without a body where it was not read."""
        if self._archive is None or request.purpose not in _ARCHIVED:
            return None
        return self._archive.add(
            Exchange(
                fetch_id=fetch_id,
                url=target.shown,
                target=target.url.raw_path_qs,
                at=self._clock(),
                request_headers=tuple(response.request_info.headers.items()),
                status=response.status,
                reason=response.reason or "",
                response_headers=tuple((name.decode("latin-1"), value) for name, value in response.raw_headers),
                wire_body=wire_body,
            )
        )

    def _arrived(self, course: _Course, received: _Received) -> Answer:
        return replace(
            course.answer(received.verdict),
            status=received.status,
            headers=received.headers,
            body=received.body if received.verdict is None else b"",
            retry_after_until=self._moment_after(received.retry_after_seconds),
            retry_after_seconds=received.retry_after_seconds,
        )

    def _moment_after(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self._clock() + timedelta(seconds=min(seconds, _FAR_OFF_SECONDS))


def _known_key(course: _Course) -> str | None:
    """The strict key of the latest hop where the caller knows it.

    The first hop is what was asked for, and another spelling of a hop passed before is no other article.
    """
    key = url_strict(course.hops[-1])
    is_new = bool(course.keys) and key not in course.keys
    course.keys.add(key)
    is_known = course.request.is_known
    return key if is_new and is_known is not None and is_known(key) else None


def _unaskable(url: str, reason: str) -> Answer:
    shown = url.rpartition("@")[2]  # credentials may stand before it
    return Answer(url=shown, final_url=shown, hops=(), fetches=(), outcome=Outcome.UNSAFE_ADDRESS, reason=reason)
