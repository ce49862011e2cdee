"""A client for one test: opened, used and closed in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from flows.acquire.archive import Archive
from flows.acquire.client import Client, ClientSettings
from flows.acquire.exchange import Answer, Request
from flows.acquire.pacing import Pacer

NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
USER_AGENT = "newsledger/0 (+mailto:desk@paper.example)"

T = TypeVar("T")


def with_client(
    use: Callable[[Client], Awaitable[T]],
    *,
    environment: Mapping[str, str] | None = None,
    archive: Archive | None = None,
    pacer: Pacer | None = None,
    **settings: Any,
) -> T:
    """What `use` makes of a client that waits for nothing; the clock stands still at NOW."""

    async def opened() -> T:
        client = Client(
            ClientSettings(user_agent=USER_AGENT, environment=environment or {}, **settings),
            clock=lambda: NOW,
            run_id="run-1",
            pacer=pacer or Pacer(interval_seconds=0.0),
            archive=archive,
        )
        async with client:
            return await use(client)

    return asyncio.run(opened())


def fetch(request: Request, **client: Any) -> Answer:
    """One request by a client of its own."""
    return with_client(lambda opened: opened.fetch(request), **client)
