"""When a feed's new address is adopted: only a move that is permanent, holds, and leads to the same feed at a home of
its own.

The address in the feeds file stays the feed's name and key; what changes is which address is asked.  A new address
that fails is given up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from transforms.records import FeedState
from transforms.urls import host_of, site_of

HELD_FOR_POLLS = 3
HELD_FOR = timedelta(hours=24)
GIVEN_UP_AFTER_FAILURES = 3.0
MOST_FEEDS_ON_A_HOST = 20
"""A host to which more feeds of other sites are led parks dead domains, or asks for consent."""


def crowded_hosts(states: Iterable[FeedState]) -> frozenset[str]:
    """The hosts to which more feeds of other sites have moved, or are about to, than a new home would have."""
    counts: Counter[str] = Counter()
    for state in states:
        led_to = {url for url in (state.adopted_url, state.moved_to) if url is not None}
        counts.update({host_of(url) for url in led_to if site_of(url) != site_of(state.feed_url)})
    return frozenset(host for host, count in counts.items() if count > MOST_FEEDS_ON_A_HOST)


def after_redirect(
    state: FeedState,
    *,
    now: datetime,
    moved_to: str | None,
    is_same_feed: bool,
    crowded: AbstractSet[str] = frozenset(),
) -> FeedState:
    """The state after a poll that was read at `moved_to`, by permanent redirects only; None where it was not moved so.

    `is_same_feed` says that the document is the known one, or shares an entry with it.  A move is adopted when three
    polls over a day or more led to the same address; never from https to http, nor to another site's host among
    `crowded`.
    """
    asked = state.adopted_url or state.feed_url
    if moved_to is None or not is_same_feed or _is_downgrade(asked, moved_to):
        return replace(state, moved_to=None, moved_since=None, moved_polls=0)
    if moved_to != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=moved_to, moved_since=now, moved_polls=1)
    polls = state.moved_polls + 1
    is_crowded = host_of(moved_to) in crowded and site_of(moved_to) != site_of(state.feed_url)
    if polls >= HELD_FOR_POLLS and now - state.moved_since >= HELD_FOR and not is_crowded:
        return replace(state, adopted_url=moved_to, moved_to=None, moved_since=None, moved_polls=0)
    return replace(state, moved_polls=polls)


def without_failed_move(state: FeedState) -> FeedState:
    """The state after a failure: an adopted address that goes on failing is left for the one in the feeds file."""
    if state.adopted_url is None or state.failures < GIVEN_UP_AFTER_FAILURES:
        return state
    return without_moves(state)


def without_moves(state: FeedState) -> FeedState:
    """The state of a feed that is asked at the address in the feeds file, without what an adopted one validated."""
    if state.adopted_url is not None:
        state = replace(state, etag=None, last_modified=None)
    return replace(state, adopted_url=None, moved_to=None, moved_since=None, moved_polls=0)


def _is_downgrade(asked: str, moved_to: str) -> bool:
    return urlsplit(asked).scheme.lower() == "https" and urlsplit(moved_to).scheme.lower() != "https"
