"""Whether trouble is a publisher's or our own network's."""

from __future__ import annotations

from collections.abc import Sequence

from flows.acquire.poll import PollOutcome
from transforms.urls import site_of

SITES_THAT_DO_NOT_FAIL_TOGETHER = 3


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
