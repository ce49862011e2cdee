"""The closed vocabulary of what became of a URL.

`Outcome` is what `outcomes.outcome` and `url_status.outcome` hold; nothing else is ever written there.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one URL in one run."""

    LOADED = "loaded"
    """A new article is in the warehouse."""
    REVISED = "revised"
    """A known article has a new version."""
    UNCHANGED = "unchanged"
    """A known article was fetched again and says the same."""
    DUPLICATE = "duplicate"
    """The URL is another address of a known article."""
    ROBOTS = "robots"
    GONE = "gone"
    NOT_FOUND = "not_found"
    BLOCKED = "blocked"
    CONSENT_WALL = "consent_wall"
    LOGIN_WALL = "login_wall"
    NOT_ARTICLE = "not_article"
    NOT_HTML = "not_html"
    TOO_SHORT = "too_short"
    UNSAFE_ADDRESS = "unsafe_address"
    REDIRECT_LOOP = "redirect_loop"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    CONNECTION_FAILED = "connection_failed"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    BAD_CONTENT = "bad_content"
    EXTRACTOR_DIED = "extractor_died"
    DEFERRED = "deferred"
    """Listed by a feed and not asked for yet: the run's budget ended, or the run did."""
    SUPPRESSED = "suppressed"


STORED = frozenset({Outcome.LOADED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.DUPLICATE})
"""Outcomes that end in an article."""

RETRIED = frozenset(
    {
        Outcome.TIMED_OUT,
        Outcome.CONNECTION_FAILED,
        Outcome.RATE_LIMITED,
        Outcome.SERVER_ERROR,
        Outcome.BLOCKED,
        Outcome.BAD_CONTENT,
        Outcome.EXTRACTOR_DIED,
        Outcome.DEFERRED,
    }
)
"""Outcomes that may be better another time: a later run asks again."""
