"""What servers asked us to wait for."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from flows.acquire.client import Client, ClientSettings
from flows.acquire.exchange import Answer, page_request
from flows.acquire.pacing import Pacer
from flows.acquire.resume import resume
from flows.acquire.waits import LONGEST_WAIT_SECONDS, Waits
from tests.flows.acquire.clients import NOW, with_client
from tests.news_server import NewsServer
from tests.virtual_time import run_in_virtual_time
from transforms.outcomes import Outcome
from warehouse.manners import AskedToWait, Manners, RecentlyAsked

HOST = "paper.example"
A, B, C = (f"http://{HOST}/{name}" for name in "abc")


@pytest.mark.parametrize(
    ("noted", "after", "url", "expected"),
    [
        pytest.param([(A, 60)], 20, A, 40, id="the-address"),
        pytest.param([(A, 60)], 60, A, 0, id="over"),
        pytest.param([(A, 60)], 0, B, 0, id="another-address"),
        pytest.param([(A, 60), (B, 30)], 0, C, 30, id="two-mean-the-host-until-one-is-over"),
        pytest.param([(A, 60), (B, 30)], 40, C, 0, id="one-is-over"),
        pytest.param([(A, 60), (B, 30), (C, 90)], 0, "d", 60, id="three"),
        pytest.param([(A, 60), (A, 90)], 0, B, 0, id="one-address-twice"),
        pytest.param([(A, 1e9)], 0, A, LONGEST_WAIT_SECONDS, id="a-day-at-most"),
    ],
)
def test_an_address_waits_and_with_two_their_host(
    noted: list[tuple[str, float]], after: float, url: str, expected: float
) -> None:
    async def ask() -> tuple[float, float]:
        waits = Waits()
        for named, seconds in noted:
            waits.note(named, HOST, seconds=seconds)
        await asyncio.sleep(after)
        return waits.seconds_left(url, HOST), waits.seconds_left(url, "other.example")

    assert run_in_virtual_time(ask()) == (pytest.approx(expected), 0.0)


def refusing(server: NewsServer, *urls: str, seconds: int) -> None:
    for url in urls:
        server.add(url, status=503, headers={"Retry-After": f"{seconds}"})


def fetch_all(server: NewsServer, *urls: str) -> list[Answer]:
    async def ask(client: Client) -> list[Answer]:
        return [await client.fetch(page_request(url)) for url in urls]

    return with_client(ask, environment=server.environment)


def test_a_host_that_refused_two_addresses_for_long_is_asked_no_more(server: NewsServer) -> None:
    refusing(server, A, B, seconds=3600)
    *_, third = fetch_all(server, A, B, C)
    assert server.urls() == [A, B]
    assert (third.outcome, third.fetches) == (Outcome.RATE_LIMITED, ())
    assert third.reason.startswith("not asked, because the server wants us to wait until 2030-05-06 08:0")
    assert third.retry_after_until is not None


def test_waiters_in_line_are_not_sent_to_a_host_that_has_just_refused(server: NewsServer) -> None:
    refusing(server, A, B, C, seconds=3600)

    async def ask(client: Client) -> list[Answer]:
        return list(await asyncio.gather(*(client.fetch(page_request(url)) for url in (A, B, C))))

    answers = with_client(ask, environment=server.environment)
    assert server.urls() == [A, B]
    assert [len(answer.fetches) for answer in answers] == [1, 1, 0]


def test_a_redirect_leads_to_no_address_that_is_to_wait(server: NewsServer) -> None:
    refusing(server, A, seconds=3600)
    server.redirect(B, A)
    _, second = fetch_all(server, A, B)
    assert server.urls() == [A, B]
    assert (second.outcome, len(second.fetches)) == (Outcome.RATE_LIMITED, 1)


def test_a_short_wait_is_waited_for(server: NewsServer) -> None:
    refusing(server, A, B, seconds=1)
    server.add(C, body="<p>Here.</p>")
    *_, third = fetch_all(server, A, B, C)
    assert third.status == 200
    assert server.requests[2].at - server.requests[0].at >= 1


def test_a_run_takes_over_what_binds_it_from_the_ones_before() -> None:
    """Asked four seconds ago, refused ten minutes ago: twice the pause, counted from then."""
    manners = Manners(
        recently_asked=[
            RecentlyAsked(host=HOST, asked_at=NOW - timedelta(seconds=4), slowed_at=NOW - timedelta(minutes=10))
        ],
        asked_to_wait=[AskedToWait(url=A, host=HOST, until=NOW + timedelta(minutes=5))],
    )

    async def begin() -> tuple[float, float]:
        pacer = Pacer(interval_seconds=10.0)
        client = Client(ClientSettings(user_agent="newsledger/0"), clock=lambda: NOW, run_id="run-2", pacer=pacer)
        await resume(client, manners, now=NOW)
        left = client.waits.seconds_left(A, HOST)
        async with pacer.turn(HOST):
            return left, asyncio.get_running_loop().time()

    assert run_in_virtual_time(begin()) == (pytest.approx(300), pytest.approx(16))
