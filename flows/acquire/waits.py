"""What servers asked us to wait for: the Retry-After of an answer 429 or 503.

The address that was answered so is not asked before the time named.  A host with several feeds may mean one of them;
when two of its addresses were answered so, it means all, and none of the host's is asked while both times lie ahead.

All times are on the event loop's monotonic clock.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

WAITED_FOR_SECONDS = 10.0
"""A shorter time is waited for within the run; beyond it what is asked for is left to a later one."""
LONGEST_WAIT_SECONDS = 24 * 3600.0
"""Some servers send a Retry-After of days by mistake."""
ASKS_TO_WAIT = frozenset({429, 503})


class Waits:
    """The times before which addresses and hosts are not asked."""

    def __init__(self) -> None:
        self._by_host: dict[str, dict[str, float]] = defaultdict(dict)

    def note(self, url: str, host: str, *, seconds: float) -> None:
        """Takes over that `url` is not to be asked for so long, a day at most."""
        self._by_host[host][url] = asyncio.get_running_loop().time() + min(seconds, LONGEST_WAIT_SECONDS)

    def seconds_left(self, url: str, host: str) -> float:
        """How long the address is not to be asked yet; 0 when it may be asked."""
        if host not in self._by_host:
            return 0.0
        now, named = asyncio.get_running_loop().time(), self._by_host[host]
        ahead = sorted((until for until in named.values() if until > now), reverse=True)
        return max(0.0, named.get(url, now) - now, ahead[1] - now if len(ahead) > 1 else 0.0)
