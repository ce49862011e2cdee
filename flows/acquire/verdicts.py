"""From HTTP statuses and exceptions to outcomes: each sort of trouble is judged once, here.

| status                         | outcome           | worth another attempt in this run |
|--------------------------------|-------------------|-----------------------------------|
| 200, 203                       | none: an answer   |                                   |
| 304 to a conditional request   | none: an answer   |                                   |
| 3xx with a usable Location     | the next hop      |                                   |
| 404                            | not_found         | no                                |
| 410                            | gone              | no                                |
| 429                            | rate_limited      | when Retry-After is short         |
| 408                            | timed_out         | no                                |
| 421, 425                       | server_error      | yes, a feed not                   |
| 407                            | connection_failed | no: the proxy wants credentials   |
| other 4xx, 999                 | blocked           | no: it understood and refuses     |
| 5xx                            | server_error      | after Retry-After; else yes, a    |
|                                |                   | feed not                          |
| any of these with a challenge  | blocked           | no: it wants a human (error_pages)|
| all else (204, 206, 300, …)    | bad_content       | no                                |

A proxy's refusal to open a tunnel (its answer to CONNECT) is connection_failed: the site was not reached.  A 502 to
a plain http request through a proxy is server_error, since nothing tells the proxy's 502 from the site's own.
"""

from __future__ import annotations

import errno
import ssl
from dataclasses import dataclass
from datetime import datetime
from http.client import responses
from typing import TypeVar

import aiohttp

from flows.acquire.addresses import AddressRefusedError
from flows.acquire.bodies import BadBodyError, BodyTooLargeError
from transforms.dates import http_date
from transforms.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a failed request comes to; `is_transient` as in Answer."""

    outcome: Outcome
    reason: str
    is_transient: bool = False
    is_offline: bool = False


_STATUSES: dict[int, tuple[Outcome, bool]] = {
    404: (Outcome.NOT_FOUND, False),
    407: (Outcome.CONNECTION_FAILED, False),
    408: (Outcome.TIMED_OUT, False),
    410: (Outcome.GONE, False),
    421: (Outcome.SERVER_ERROR, True),
    425: (Outcome.SERVER_ERROR, True),
    429: (Outcome.RATE_LIMITED, False),
    999: (Outcome.BLOCKED, False),
}
E = TypeVar("E", bound=BaseException)

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def verdict_on_status(status: int, *, is_conditional: bool) -> Verdict | None:
    """What a status means by the table above; None for an answer to work with.  Redirects are not judged here."""
    if status in (200, 203) or (status == 304 and is_conditional):
        return None
    if status in _STATUSES:
        outcome, is_transient = _STATUSES[status]
    elif 400 <= status < 500:
        outcome, is_transient = Outcome.BLOCKED, False
    elif 500 <= status < 600:
        outcome, is_transient = Outcome.SERVER_ERROR, True
    else:
        outcome, is_transient = Outcome.BAD_CONTENT, False
    reason = f"the server answered {status} {responses.get(status, '')}".rstrip()
    return Verdict(outcome=outcome, reason=reason, is_transient=is_transient)


def verdict_on_error(error: BaseException) -> Verdict | None:  # noqa: C901 - a table, one row a kind of trouble
    """What an exception of the exchange means; None for one that is no trouble of the item, which must go on up."""
    refused = _cause(error, AddressRefusedError)
    if refused is not None:
        return Verdict(outcome=Outcome.UNSAFE_ADDRESS, reason=str(refused))
    match error:
        case TimeoutError():  # aiohttp's own time-outs are TimeoutErrors too
            return Verdict(outcome=Outcome.TIMED_OUT, reason="no complete answer in time")
        case BodyTooLargeError():
            return Verdict(outcome=Outcome.TOO_LARGE, reason=str(error))
        case BadBodyError():
            return Verdict(outcome=Outcome.BAD_CONTENT, reason=str(error), is_transient=True)
        case aiohttp.ClientPayloadError() if _cause(error, ConnectionError) is None:
            return Verdict(outcome=Outcome.BAD_CONTENT, reason=_told("the body broke off", error), is_transient=True)
        case aiohttp.ClientHttpProxyError():
            return _failed(f"the proxy answered {error.status} when asked for a tunnel")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return _failed(_told("no trusted TLS connection", error), is_transient=False)
        case aiohttp.ClientConnectorDNSError():
            # a resolver has tried several times by itself, and a name that is not there now is not there in a second
            return _failed(_told("the name of the host cannot be resolved", error), is_transient=False, is_offline=True)
        case aiohttp.ClientProxyConnectionError():
            return _failed(_told("the proxy cannot be reached", error), is_offline=True)
        case UnicodeError():
            return Verdict(outcome=Outcome.BAD_CONTENT, reason="the name of the host is no host name")
        case aiohttp.InvalidURL():
            return Verdict(outcome=Outcome.BAD_CONTENT, reason="the address cannot be asked for")
        case aiohttp.ClientResponseError():
            reason = _told("the answer is no proper HTTP", error)
            return Verdict(outcome=Outcome.BAD_CONTENT, reason=reason, is_transient=True)
        case aiohttp.ClientError() | OSError() | ssl.SSLError():
            return _failed(_told("the connection failed", error), is_offline=_has_no_route(error))
    return None


def _failed(reason: str, *, is_transient: bool = True, is_offline: bool = False) -> Verdict:
    return Verdict(outcome=Outcome.CONNECTION_FAILED, reason=reason, is_transient=is_transient, is_offline=is_offline)


def _has_no_route(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def _told(what: str, error: BaseException) -> str:
    # Only the operating system's words and the type are told: aiohttp's own messages may quote a proxy's address
    # with its credentials, or headers.
    cause = _cause(error, OSError)
    detail = cause.strerror if cause is not None and cause.strerror else type(cause or error).__name__
    return f"{what}: {detail}"


def _cause(error: BaseException | None, kind: type[E]) -> E | None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, kind):
            return error
        seen.add(id(error))
        error = getattr(error, "os_error", None) or error.__cause__ or error.__context__
    return None


def retry_after_seconds(value: str | None, *, date: str | None, now: datetime) -> float | None:
    """The wait a Retry-After header asks for (RFC 9110 section 10.2.3), in seconds; None when it says nothing usable.

    A date is read against the server's own Date header where there is one, so that its clock need not agree with ours.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until = http_date(value)
    if until is None:
        return None
    return max(0.0, (until - (http_date(date) or now)).total_seconds())
