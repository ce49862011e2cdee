"""Bounded memory: how many bodies may be asked for, wait or be worked on at the same time."""

from __future__ import annotations

import asyncio


class Room:
    """Memory for one body, from its request to the end of its extraction.  Both calls may be repeated."""

    def __init__(self, rooms: asyncio.Semaphore) -> None:
        self._rooms = rooms
        self._is_taken = False

    async def take(self) -> None:
        """Waits for room; the further hops and attempts of a page use the room that it has."""
        if not self._is_taken:
            await self._rooms.acquire()
            self._is_taken = True

    def release(self) -> None:
        """Gives the room to another page, if it was taken."""
        if self._is_taken:
            self._rooms.release()
            self._is_taken = False
