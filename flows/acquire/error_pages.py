"""The page that comes with an error: read a little way, to tell a challenge from a refusal, and kept as evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import aiohttp

from flows.acquire.bodies import BadBodyError, BodyReader, BodyTooLargeError
from flows.acquire.verdicts import Verdict
from transforms.article.challenges import challenge_in_headers, challenge_in_markup
from transforms.outcomes import Outcome

MAX_BYTES, MAX_SECONDS = 256 * 1024, 5.0
_MAY_BE_A_CHALLENGE = frozenset({Outcome.BLOCKED, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.NOT_FOUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What was read: `body` inflated, as far as it came; `wire` the bytes as they came, None where they broke off."""

    body: bytes = b""
    wire: bytes | None = None
    wire_size: int = 0


async def read_error_page(response: aiohttp.ClientResponse) -> ErrorPage:
    """Reads the body of an error as far as it is worth it; trouble on the way ends the reading and is no news."""
    try:
        reader = BodyReader(",".join(response.headers.getall("Content-Encoding", ())), max_bytes=MAX_BYTES)
    except BadBodyError:
        return ErrorPage()
    try:
        async with asyncio.timeout(MAX_SECONDS):
            async for piece in response.content.iter_any():
                reader.feed(piece)
        return ErrorPage(body=reader.finish(), wire=reader.wire, wire_size=reader.wire_size)
    except (TimeoutError, aiohttp.ClientError, OSError, BadBodyError, BodyTooLargeError):
        return ErrorPage(body=reader.so_far, wire_size=reader.wire_size)


def verdict_on_error_page(verdict: Verdict, headers: Mapping[str, str], body: bytes) -> Verdict:
    """The verdict on the status, or `blocked` where the answer is a challenge: asking again at once would not help."""
    if verdict.outcome not in _MAY_BE_A_CHALLENGE:
        return verdict
    evidence = challenge_in_headers(headers) or challenge_in_markup(body.decode("utf-8", "replace"), is_empty=True)
    if evidence is None:
        return verdict
    reason = f"{verdict.reason} and asks for proof of being human: {evidence}"
    return replace(verdict, outcome=Outcome.BLOCKED, reason=reason, is_transient=False)
