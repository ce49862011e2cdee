"""When a feed's new address is adopted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from transforms.moves import after_redirect, without_failed_move
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
