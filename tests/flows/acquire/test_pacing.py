from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from flows.acquire.pacing import MAX_CRAWL_DELAY_SECONDS, Pacer
from tests.virtual_time import run_in_virtual_time


def starts(
    pacer: Pacer, hosts: list[str], *, lasting: float = 0.0, first: Callable[[], Awaitable[None]] | None = None
) -> list[tuple[str, float]]:
    """When each request started, in order, when all come at once and each lasts that long."""
    seen: list[tuple[str, float]] = []

    async def request(host: str) -> None:
        async with pacer.turn(host) as turn:
            seen.append((host, asyncio.get_running_loop().time()))
            turn.answered()
            await asyncio.sleep(lasting)

    async def all_at_once() -> None:
        if first is not None:
            await first()
        await asyncio.gather(*map(request, hosts))

    run_in_virtual_time(all_at_once())
    return seen


def test_starts_on_one_host_are_an_interval_apart_and_other_hosts_do_not_wait() -> None:
    seen = starts(Pacer(interval_seconds=1.0), ["a", "a", "b", "a"])
    assert sorted(seen) == [("a", 0.0), ("a", 1.0), ("a", 2.0), ("b", 0.0)]


def test_one_request_at_a_time_goes_to_a_host_by_default() -> None:
    assert starts(Pacer(interval_seconds=1.0), ["a"] * 3, lasting=5.0) == [("a", 0.0), ("a", 5.0), ("a", 10.0)]


def test_with_more_places_starts_stay_an_interval_apart() -> None:
    seen = starts(Pacer(interval_seconds=1.0, concurrency=2), ["a"] * 4, lasting=5.0)
    assert [at for _, at in seen] == [0.0, 1.0, 5.0, 6.0]


def test_all_hosts_together_stay_within_the_cap() -> None:
    seen = starts(Pacer(interval_seconds=0.0, max_in_flight=2), ["a", "b", "c", "d"], lasting=3.0)
    assert seen == [("a", 0.0), ("b", 0.0), ("c", 3.0), ("d", 3.0)]


def test_starts_stay_apart_when_the_cap_of_all_hosts_held_them_back_together() -> None:
    seen = starts(Pacer(interval_seconds=1.0, concurrency=2, max_in_flight=2), ["b", "c", "a", "a"], lasting=3.0)
    assert [at for host, at in seen if host == "a"] == [3.0, 4.0]


@pytest.mark.parametrize(
    ("asked_for", "interval"),
    [
        pytest.param(10.0, 10.0, id="longer-than-ours"),
        pytest.param(0.1, 1.0, id="shorter-than-ours"),
        pytest.param(86400.0, MAX_CRAWL_DELAY_SECONDS, id="a-day"),
    ],
)
def test_a_crawl_delay_lengthens_the_interval_within_reason(asked_for: float, interval: float) -> None:
    pacer = Pacer(interval_seconds=1.0)
    pacer.set_crawl_delay("a", asked_for)
    assert starts(pacer, ["a", "a"]) == [("a", 0.0), ("a", interval)]


def test_a_host_that_is_slowed_down_is_asked_at_half_the_pace_until_the_time_is_over() -> None:
    pacer = Pacer(interval_seconds=10.0)

    async def slow_down() -> None:
        pacer.slow_down("a", seconds=25.0)

    # The third wait begins slowed at 20 and ends at 40, when the slowing is over and 30 would have been due.
    assert [at for _, at in starts(pacer, ["a"] * 4, first=slow_down)] == [0.0, 20.0, 40.0, 50.0]


@pytest.mark.parametrize(
    ("answered_after", "next_start"),
    [
        pytest.param(0.7, 1.7, id="from-the-beginning-of-the-answer"),
        pytest.param(None, 5.0, id="without-an-answer-from-the-end-of-waiting"),
    ],
)
def test_the_interval_counts_from_when_the_server_has_seen_the_request(
    answered_after: float | None, next_start: float
) -> None:
    async def ask_twice() -> float:
        pacer, loop = Pacer(interval_seconds=1.0), asyncio.get_running_loop()
        async with pacer.turn("a") as turn:
            turn.started()
            await asyncio.sleep(answered_after or 4.0)
            if answered_after is not None:
                turn.answered()
                await asyncio.sleep(0.2)
        async with pacer.turn("a"):
            return loop.time()

    assert run_in_virtual_time(ask_twice()) == pytest.approx(next_start)


def test_a_run_goes_on_where_the_one_before_ended() -> None:
    pacer = Pacer(interval_seconds=10.0)

    async def resume() -> None:
        pacer.resume("a", seconds_ago=4.0)
        pacer.resume("b", seconds_ago=400.0)

    assert starts(pacer, ["a", "b"], first=resume) == [("b", 0.0), ("a", 6.0)]


def test_a_cancelled_wait_leaves_the_turn_to_the_next() -> None:
    async def cancel_the_second() -> float:
        pacer, loop = Pacer(interval_seconds=1.0, max_in_flight=1), asyncio.get_running_loop()

        async def request() -> float:
            async with pacer.turn("a"):
                return loop.time()

        await request()
        second = asyncio.create_task(request())
        third = asyncio.create_task(request())
        await asyncio.sleep(0.5)
        second.cancel()
        return await third

    assert run_in_virtual_time(cancel_the_second()) == pytest.approx(1.0)
