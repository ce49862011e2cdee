"""Another attempt within the run, where the trouble is likely to be over within seconds.

What may be over later (a time-out, a long Retry-After, a server that stays broken) is a later run's business.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace

from flows.acquire.client import Client
from flows.acquire.exchange import Answer, Request
from flows.acquire.waits import WAITED_FOR_SECONDS
from transforms.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long one item is tried within a run; all times in seconds.

    `backoff_seconds` is the wait before the second attempt, doubled for each further one, and stretched by up to a
    half at random so that hosts that failed together are not asked together again.  A Retry-After of up to
    `max_retry_after_seconds` is waited for; a longer one ends the attempts, as does the end of `budget_seconds`.
    Without `retries_server_errors` an answer 5xx that names no time is left to a later run.
    """

    max_attempts: int = 3
    backoff_seconds: float = 1.0
    max_retry_after_seconds: float = WAITED_FOR_SECONDS
    budget_seconds: float = 90.0
    retries_server_errors: bool = True

    def wait_before_next(self, answer: Answer, *, attempt: int) -> float | None:
        """Seconds until the attempt after this one; None when there shall be none."""
        if answer.outcome is None or attempt >= self.max_attempts:
            return None
        asked_for = answer.retry_after_seconds
        if asked_for is not None and answer.outcome in (Outcome.RATE_LIMITED, Outcome.SERVER_ERROR):
            return asked_for if asked_for <= self.max_retry_after_seconds else None
        if answer.outcome is Outcome.SERVER_ERROR and not self.retries_server_errors:
            return None
        return self.backoff_seconds * 2 ** (attempt - 1) if answer.is_transient else None


async def fetch_with_retries(client: Client, request: Request, *, policy: RetryPolicy) -> Answer:
    """The last attempt's answer, with the rows of all attempts."""
    loop = asyncio.get_running_loop()
    end = loop.time() + policy.budget_seconds
    answer = await client.fetch(request)
    attempt = 1
    while (wait := policy.wait_before_next(answer, attempt=attempt)) is not None:
        wait *= random.uniform(1.0, 1.5)  # noqa: S311 - spreads load, guards nothing
        if loop.time() + wait > end:
            break
        await asyncio.sleep(wait)
        attempt += 1
        following = await client.fetch(request, attempt=attempt)
        answer = replace(following, fetches=answer.fetches + following.fetches)
    return answer
