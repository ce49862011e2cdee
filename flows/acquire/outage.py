"""Whether trouble is a publisher's or our own network's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flows.acquire.poll import PollOutcome
from transforms.cadence import uncounted
from transforms.outcomes import Outcome
from transforms.records import FeedState
from transforms.urls import site_of

SITES_THAT_DO_NOT_FAIL_TOGETHER = 3

_MAY_BE_OURS = frozenset(
    {
        Outcome.CONNECTION_FAILED,
        Outcome.TIMED_OUT,
        Outcome.SERVER_ERROR,  # a proxy's 502
        Outcome.BAD_CONTENT,  # the sign-in page of a hotel's network
        Outcome.EXTRACTOR_DIED,
    }
)
"""What goes wrong when the trouble is ours, too; a 404, 410 or 429 is a publisher's word."""


def own_outage(polled: Sequence[PollOutcome]) -> str | None:
    """What to tell the user when nobody could be reached for a reason that is likely ours; else None.

    One or two dead sites are theirs, unless what failed is what our own network gives: names, routes, a proxy.
    """
    if not polled or not all(outcome.reached_nobody for outcome in polled):
        return None
    sites = {site_of(outcome.poll.feed_url) for outcome in polled}
    if len(sites) < SITES_THAT_DO_NOT_FAIL_TOGETHER and not all(outcome.is_offline for outcome in polled):
        return None
    example = polled[0].poll
    return (
        f"No feed could be reached ({len(polled)} asked); the last words for {example.feed_url}: {example.reason}. "
        "The network of this machine is the likely cause, so no failure was counted against any feed. "
        "Check the connection and the proxy settings (HTTP_PROXY, HTTPS_PROXY), then run again."
    )


def without_own_trouble(
    polled: Sequence[PollOutcome], before: Mapping[str, FeedState]
) -> tuple[list[PollOutcome], str | None]:
    """The polls, and what to tell the user where over half of the feeds fail at once: that is likely ours.

    Then no failure that may be ours is counted.  Feeds that failed before prove nothing: a list may be full of dead
    ones.
    """
    expected = [outcome for outcome in polled if _was_to_answer(before.get(outcome.poll.feed_url))]
    failed = [outcome for outcome in expected if outcome.poll.error_class in _MAY_BE_OURS]
    sites = {site_of(outcome.poll.feed_url) for outcome in failed}
    if 2 * len(failed) <= len(expected) or len(sites) < SITES_THAT_DO_NOT_FAIL_TOGETHER:
        return list(polled), None
    told = (
        f"{len(failed)} of {len(expected)} feeds failed at once, {failed[0].poll.feed_url} with: "
        f"{failed[0].poll.reason}. The trouble is likely ours (network, proxy), so no such failure was counted "
        "against a feed. Check the connection; the feeds are asked again soon."
    )
    return [
        _uncounted(outcome, before) if outcome.poll.error_class in _MAY_BE_OURS else outcome for outcome in polled
    ], told


def _was_to_answer(state: FeedState | None) -> bool:
    """Whether a feed is asked for the first time, or was read when it was last asked."""
    return state is None or state.last_polled_at is None or (state.failures == 0 and state.last_success_at is not None)


def _uncounted(outcome: PollOutcome, before: Mapping[str, FeedState]) -> PollOutcome:
    poll = outcome.poll
    state = before.get(poll.feed_url) or FeedState(feed_url=poll.feed_url)
    return replace(outcome, poll=replace(poll, state=uncounted(state, poll.state)))
