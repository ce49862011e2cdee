"""The second witness: after a gap between two polls of a feed, the site's news sitemap is asked what came in between.

What it names is listed under the sitemap's own address, so that it is fetched like all else and nothing is said in the
feed's name.  A sitemap that is a feed of the user's is asked as that feed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.acquire.poll import Poller, PollOutcome
from flows.acquire.robots import Robots
from flows.feeds_file import FeedSpec
from transforms.feeds.witness import news_sitemap, witnessed
from transforms.records import Entry, FeedKind, FeedState, Poll
from transforms.urls import site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """The polls with what the witnesses say of their gaps, and the polls of the witnesses."""

    polled: list[PollOutcome]
    witnesses: list[PollOutcome]


async def ask_witnesses(
    poller: Poller,
    robots: Robots,
    polled: Sequence[PollOutcome],
    feeds: Sequence[FeedSpec],
    states: Mapping[str, FeedState],
) -> Testimony:
    """Asks the news sitemaps of the sites of feeds with a gap, each once."""
    told, asked = list(polled), {outcome.poll.feed_url: outcome for outcome in polled}
    own: dict[str, list[Entry]] = {}
    for number, outcome in enumerate(polled):
        gap = outcome.poll.gap
        if gap is None or outcome.poll.kind in (FeedKind.SITEMAP, FeedKind.SITEMAP_INDEX):
            continue
        sitemap = await _sitemap_for(outcome.poll, robots, feeds)
        if sitemap is None:
            continue
        feed = next((feed for feed in feeds if feed.address == sitemap), None)
        if sitemap not in asked:
            asked[sitemap] = await poller.poll(feed or FeedSpec(url=sitemap), states, is_found=feed is None)
        testimony = asked[sitemap]
        if testimony.poll.result != "listed":
            continue
        entries = [listed.entry for listed in testimony.entries]
        listed_now = [listed.entry for listed in outcome.entries]
        named = witnessed(entries, since=gap.since, until=outcome.poll.polled_at, listed=listed_now)
        told[number] = replace(
            outcome, poll=replace(outcome.poll, gap=replace(gap, witness=sitemap, witnessed=len(named)))
        )
        if feed is None:
            own.setdefault(sitemap, []).extend(named)
    before = {outcome.poll.feed_url for outcome in polled}
    return Testimony(
        polled=told,
        witnesses=[
            outcome if any(feed.address == url for feed in feeds) else _narrowed(outcome, own.get(url, ()))
            for url, outcome in asked.items()
            if url not in before
        ],
    )


async def _sitemap_for(poll: Poll, robots: Robots, feeds: Sequence[FeedSpec]) -> str | None:
    """The news sitemap of the feed's site, or of the site that it names as its home, by robots.txt or the feeds."""
    for url in dict.fromkeys([poll.feed_url, poll.home_url or poll.feed_url]):
        site = site_of(url)
        users = [feed.address for feed in feeds if site_of(feed.address) == site and "sitemap" in feed.address.lower()]
        try:
            found = news_sitemap(users, site=site) or news_sitemap(await robots.sitemaps(url), site=site)
        except ValueError:  # a home that is no address
            continue
        if found is not None:
            return found
    return None


def _narrowed(outcome: PollOutcome, named: Sequence[Entry]) -> PollOutcome:
    """The poll of a witness that is no feed of the user's: it lists what fills gaps, and is not due again."""
    kept = {entry.key for entry in named}
    entries = tuple(listed for listed in outcome.entries if listed.entry.key in kept)
    state = replace(outcome.poll.state, next_poll_at=None)
    poll = replace(outcome.poll, gap=None, state=state, entry_count=len(entries))
    return replace(outcome, poll=poll, entries=entries)
