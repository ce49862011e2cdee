"""A run goes on where the one before ended: in the eyes of a server both are one."""

from __future__ import annotations

from datetime import datetime

from flows.acquire.client import Client
from flows.acquire.pacing import SLOWED_SECONDS
from warehouse.manners import Manners


async def resume(client: Client, manners: Manners, *, now: datetime) -> None:
    """Takes over the pauses and waits that earlier runs leave."""
    for known in manners.recently_asked:
        client.pacer.resume(known.host, seconds_ago=(now - known.asked_at).total_seconds())
        if known.slowed_at is not None:
            left = SLOWED_SECONDS - (now - known.slowed_at).total_seconds()
            client.pacer.slow_down(known.host, seconds=left)
    for wait in manners.asked_to_wait:
        client.waits.note(wait.url, wait.host, seconds=(wait.until - now).total_seconds())
