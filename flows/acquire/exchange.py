"""What is asked of a URL, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from multidict import CIMultiDict

from flows.acquire.rooms import Room
from transforms.article.challenges import CHALLENGE_HEADERS
from transforms.outcomes import Outcome
from transforms.records import Fetch, ValidatorUse

MIB = 1024 * 1024

# Caps are in bytes after inflating and in seconds for all hops together, waiting for a turn left out.
FEED_REDIRECTS, FEED_BYTES, FEED_SECONDS = 5, 10 * MIB, 30.0
PAGE_REDIRECTS, PAGE_BYTES, PAGE_SECONDS = 10, 5 * MIB, 45.0
# RFC 9309 section 2.3.1.2 asks for at least five redirects.  More is read than is parsed, and the rest left away.
ROBOTS_REDIRECTS, ROBOTS_BYTES, ROBOTS_SECONDS = 5, 5 * MIB, 30.0

FEED_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
)
PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
ROBOTS_ACCEPT = "text/plain, */*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsDecision:
    """Whether robots.txt lets us ask for a URL.

    `rule` names what decided ("Disallow: /members/", "no robots.txt"); None where it does not count for what is asked
    for.  `outcome` is set when the answer is no:
    Outcome.ROBOTS where a rule forbids it, the trouble itself (timed_out, server_error, …) where robots.txt could not
    be read, so that a later run asks again.  `crawl_delay_seconds` is what the file asks for.
    """

    allowed: bool
    rule: str | None
    crawl_delay_seconds: float | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One URL to be fetched, redirects included.

    `url` may hold credentials (user:password@): they are sent to its origin only, and no answer repeats them.
    `etag` and `last_modified` are validators as the server gave them; with either the request is conditional, but for
    hops to other hosts.
    `validator_use` says so, and where none are sent why.
    `is_known` is asked for the strict key of each hop but the first: where it says yes, the fetch ends before that
    hop.  `may_fetch` is asked before each hop, the first included: where it says no, the fetch ends there.
    `suppression` is asked for each hop, the first included: where it gives a reason, the fetch ends before that hop.
    `room` is where the body will be held: it is taken when the host's turn has come, before anything is sent, and
    given back at once when the answer brings no body.  Whoever uses the body gives it back.
    `max_bytes` caps the body both on the wire and inflated: what goes over it is refused, or with `is_cut` left away.
    `total_seconds` is for all hops together.
    """

    url: str
    purpose: str
    accept: str
    max_redirects: int
    max_bytes: int
    total_seconds: float
    etag: str | None = None
    last_modified: str | None = None
    validator_use: ValidatorUse = ValidatorUse.NONE
    is_known: Callable[[str], bool] | None = None
    may_fetch: Callable[[str], Awaitable[RobotsDecision]] | None = None
    suppression: Callable[[str], str | None] | None = None
    room: Room | None = None
    is_cut: bool = False

    @property
    def is_conditional(self) -> bool:
        """Whether it carries a validator."""
        return self.etag is not None or self.last_modified is not None


def feed_request(
    url: str,
    *,
    purpose: str = "feed",
    etag: str | None = None,
    last_modified: str | None = None,
    validator_use: ValidatorUse = ValidatorUse.NONE,
    may_fetch: Callable[[str], Awaitable[RobotsDecision]] | None = None,
    suppression: Callable[[str], str | None] | None = None,
    total_seconds: float = FEED_SECONDS,
) -> Request:
    """A request for a feed or a sitemap."""
    return Request(
        url=url,
        purpose=purpose,
        accept=FEED_ACCEPT,
        max_redirects=FEED_REDIRECTS,
        max_bytes=FEED_BYTES,
        total_seconds=total_seconds,
        etag=etag,
        last_modified=last_modified,
        validator_use=validator_use,
        may_fetch=may_fetch,
        suppression=suppression,
    )


def page_request(
    url: str,
    *,
    purpose: str = "page",
    is_known: Callable[[str], bool] | None = None,
    may_fetch: Callable[[str], Awaitable[RobotsDecision]] | None = None,
    suppression: Callable[[str], str | None] | None = None,
    room: Room | None = None,
    total_seconds: float = PAGE_SECONDS,
) -> Request:
    """A request for an article page; `purpose` is "page" or "recheck"."""
    return Request(
        url=url,
        purpose=purpose,
        accept=PAGE_ACCEPT,
        max_redirects=PAGE_REDIRECTS,
        max_bytes=PAGE_BYTES,
        total_seconds=total_seconds,
        is_known=is_known,
        may_fetch=may_fetch,
        suppression=suppression,
        room=room,
    )


def robots_request(url: str, *, total_seconds: float = ROBOTS_SECONDS) -> Request:
    """A request for a robots.txt file."""
    return Request(
        url=url,
        purpose="robots",
        accept=ROBOTS_ACCEPT,
        max_redirects=ROBOTS_REDIRECTS,
        max_bytes=ROBOTS_BYTES,
        total_seconds=total_seconds,
        is_cut=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a request.

    `outcome` is None when there is something to work with: a 200 read to its end (`body`, inflated), a 304 to a
    conditional request, or `same_as`, the known strict key at which the fetch ended.  Else it says what went wrong,
    and `reason` how.  `is_transient` marks trouble that may be over within seconds (a reset, a 500, a cut body),
    `is_offline` trouble that may well be our own network's (no name resolved, no route, no proxy).
    `hops` are all addresses, first the one asked for, last `final_url`.  `fetches` has one row per request made, over
    all attempts.  `headers` are those of the last answer, names in any case.  `retry_after_until` is aware UTC,
    `retry_after_seconds` the same as a wait from the moment of the answer.  No field repeats credentials.
    """

    url: str
    final_url: str
    hops: tuple[str, ...]
    fetches: tuple[Fetch, ...]
    status: int | None = None
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    body: bytes = b""
    outcome: Outcome | None = None
    reason: str = ""
    is_transient: bool = False
    is_offline: bool = False
    retry_after_until: datetime | None = None
    retry_after_seconds: float | None = None
    same_as: str | None = None


def headers_for_extraction(headers: CIMultiDict[str]) -> dict[str, str]:
    """The headers that extraction reads; the lines of one that was sent more than once stay lines."""
    return {name: "\n".join(headers.getall(name)) for name in _HEADERS_FOR_EXTRACTION if name in headers}


_HEADERS_FOR_EXTRACTION = ("date", "x-robots-tag", "tdm-reservation", "content-language", *CHALLENGE_HEADERS)
