"""When a feed's new address is adopted: only a move that is permanent, holds, and leads to the same feed.

The address in the feeds file stays the feed's name and key; what changes is which address is asked.  A new address
that fails is given up again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from transforms.records import FeedState

HELD_FOR_POLLS = 3
HELD_FOR = timedelta(hours=24)
GIVEN_UP_AFTER_FAILURES = 3.0


def after_redirect(state: FeedState, *, now: datetime, moved_to: str | None, is_same_feed: bool) -> FeedState:
    """The state after a poll that was read at `moved_to`, by permanent redirects only; None where it was not moved so.

    `is_same_feed` says that the document is the known one, or shares an entry with it.  A move is adopted when three
    polls over a day or more led to the same address; never from https to http.
    """
    asked = state.adopted_url or state.feed_url
    if moved_to is None or not is_same_feed or _is_downgrade(asked, moved_to):
        return replace(state, moved_to=None, moved_since=None, moved_polls=0)
    if moved_to != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=moved_to, moved_since=now, moved_polls=1)
    polls = state.moved_polls + 1
    if polls >= HELD_FOR_POLLS and now - state.moved_since >= HELD_FOR:
        return replace(state, adopted_url=moved_to, moved_to=None, moved_since=None, moved_polls=0)
    return replace(state, moved_polls=polls)


def without_failed_move(state: FeedState) -> FeedState:
    """The state after a failure: an adopted address that goes on failing is left for the one in the feeds file."""
    if state.adopted_url is None or state.failures < GIVEN_UP_AFTER_FAILURES:
        return state
    return without_moves(state)


def without_moves(state: FeedState) -> FeedState:
    """The state of a feed that is asked at the address in the feeds file."""
    return replace(state, adopted_url=None, moved_to=None, moved_since=None, moved_polls=0)


def _is_downgrade(asked: str, moved_to: str) -> bool:
    return urlsplit(asked).scheme.lower() == "https" and urlsplit(moved_to).scheme.lower() != "https"
