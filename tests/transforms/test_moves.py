"""When a feed's new address is adopted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from transforms.moves import MOST_FEEDS_ON_A_HOST, after_redirect, crowded_hosts, without_failed_move, without_moves
from transforms.records import FeedState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD, NEW, OTHER = "https://old.news/rss", "https://new.news/rss", "https://other.news/rss"


@pytest.mark.parametrize(
    ("polls", "adopted"),
    [
        pytest.param([(0, NEW), (12, NEW), (24, NEW)], NEW, id="three-polls-over-a-day"),
        pytest.param([(0, NEW), (24, NEW)], None, id="two-polls"),
        pytest.param([(0, NEW), (1, NEW), (2, NEW), (23, NEW)], None, id="within-a-day"),
        pytest.param([(0, NEW), (12, OTHER), (24, NEW), (36, NEW)], None, id="not-the-same-address"),
        pytest.param([(0, NEW), (12, None), (24, NEW), (36, NEW)], None, id="not-always-permanent"),
        pytest.param(
            [(0, "http://new.news/rss"), (12, "http://new.news/rss"), (24, "http://new.news/rss")],
            None,
            id="https-to-http",
        ),
    ],
)
def test_a_move_is_adopted_when_it_is_permanent_and_holds(
    polls: list[tuple[int, str | None]], adopted: str | None
) -> None:
    state = FeedState(feed_url=OLD)
    for hour, moved_to in polls:
        state = after_redirect(state, now=NOW + timedelta(hours=hour), moved_to=moved_to, is_same_feed=True)
    assert state.adopted_url == adopted
    assert state.feed_url == OLD


def test_another_feed_at_the_new_address_is_not_adopted() -> None:
    state = FeedState(feed_url=OLD)
    for hour in (0, 24, 48, 72):
        state = after_redirect(state, now=NOW + timedelta(hours=hour), moved_to=NEW, is_same_feed=False)
    assert state.adopted_url is None


def test_an_adopted_address_may_move_on_and_is_kept_while_it_answers() -> None:
    state = FeedState(feed_url=OLD, adopted_url=NEW)
    assert after_redirect(state, now=NOW, moved_to=None, is_same_feed=True).adopted_url == NEW
    for hour in (0, 24, 48):
        state = after_redirect(state, now=NOW + timedelta(hours=hour), moved_to=OTHER, is_same_feed=True)
    assert state.adopted_url == OTHER


@pytest.mark.parametrize(
    ("failures", "adopted"), [pytest.param(2.5, NEW, id="kept"), pytest.param(3.0, None, id="left")]
)
def test_an_adopted_address_that_goes_on_failing_is_left(failures: float, adopted: str | None) -> None:
    assert without_failed_move(FeedState(feed_url=OLD, adopted_url=NEW, failures=failures)).adopted_url == adopted


def a_feed(number: int, *, host: str = "new.news", adopted: bool = True, site: str | None = None) -> FeedState:
    url = f"https://{host}/{number}"
    moves = {"adopted_url": url} if adopted else {"moved_to": url}
    return FeedState(feed_url=f"https://{site or f'paper{number}.news'}/rss/{number}", **moves)


@pytest.mark.parametrize(
    ("others", "adopted"),
    [
        pytest.param([a_feed(n) for n in range(MOST_FEEDS_ON_A_HOST)], NEW, id="twenty"),
        pytest.param([a_feed(n) for n in range(MOST_FEEDS_ON_A_HOST + 1)], None, id="more"),
        pytest.param([a_feed(n, adopted=False) for n in range(30)], None, id="more-are-about-to"),
        pytest.param([a_feed(n, adopted=n < 15) for n in range(30)], None, id="more-together"),
        pytest.param([a_feed(n, host="www.new.news") for n in range(30)], NEW, id="another-host"),
        pytest.param([a_feed(n, site="feeds.new.news") for n in range(30)], NEW, id="of-the-same-site"),
    ],
)
def test_a_host_that_takes_in_many_feeds_is_no_new_home(others: list[FeedState], adopted: str | None) -> None:
    state, crowded = FeedState(feed_url=OLD), crowded_hosts(others)
    for hour in (0, 12, 24):
        at = NOW + timedelta(hours=hour)
        state = after_redirect(state, now=at, moved_to=NEW, is_same_feed=True, crowded=crowded)
    assert state.adopted_url == adopted


def test_a_site_may_move_all_its_feeds_to_another_of_its_hosts() -> None:
    state = FeedState(feed_url="https://old.new.news/rss")
    for hour in (0, 12, 24):
        at = NOW + timedelta(hours=hour)
        state = after_redirect(state, now=at, moved_to=NEW, is_same_feed=True, crowded={"new.news"})
    assert state.adopted_url == NEW


@pytest.mark.parametrize(
    ("adopted", "etag"),
    [pytest.param(NEW, None, id="of-the-address-that-is-left"), pytest.param(None, '"1"', id="its-own")],
)
def test_the_validators_of_an_adopted_address_are_left_with_it(adopted: str | None, etag: str | None) -> None:
    assert without_moves(FeedState(feed_url=OLD, adopted_url=adopted, etag='"1"')).etag == etag
