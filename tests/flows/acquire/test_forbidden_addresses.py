"""Ways to name an address that must not be asked: none of them leads to a connection, directly or by proxy."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from aiohttp import connector

from flows.acquire.client import Client
from flows.acquire.exchange import Answer, page_request
from tests.flows.acquire.clients import with_client
from tests.news_server import NewsServer
from transforms.outcomes import Outcome

NAMED = [
    # dotted, and what C libraries make of other notations (inet_aton)
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://127.8.9.10/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://2130706433./",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0177.0.0.01/",
    "http://0x7f000001/",
    "http://0x7F.0.0.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0x7f.1/",
    "http://127.0.0.0x1/",
    "http://00000000177.0.0.1/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.16689662/",
    # other blocks
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    # version 6
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000:0000::0001]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::FFFF:A9FE:A9FE]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[::1%25lo]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    # other digits, other dots, other letters
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://127｡0｡0｡1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/",
    "http://０ｘ７ｆ.1/",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://loc%61lhost/",
    "http://%31%32%37.0.0.1/",
    "http://127%2e0%2e0%2e1/",
    # names
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://a.b.localhost/",
    "http://localhost.localdomain/",
    "http://ip6-localhost/",
    "http://metadata/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://router.lan/",
    "http://printer.local/",
    "http://nas.home.arpa/",
    # what stands around the host
    "HTTP://127.0.0.1/",
    "hTTps://127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://127.0.0.1:080/",
    "http://127.0.0.1:/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:8080:80/",
    "http://paper.example@127.0.0.1/",
    "http://paper.example:80@127.0.0.1/",
    "http://paper.example%40127.0.0.1/",
    "http://user:pass@[::1]/",
    "http://a@b@127.0.0.1/",
    "http://paper.example#@127.0.0.1/",
    "http://paper.example\\@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http:/\\127.0.0.1/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "//127.0.0.1/",
    " http://127.0.0.1/ ",
    "ht\ntp://127.0.0.1/",
    "http://127.0\t.0.1/",
    "http://127.0.0.1\r\nHost: paper.example/",
    "http://127.0.0.1\x00.paper.example/",
    "http://[127.0.0.1]/",
    "http://[::1/",
    "http://1.2.3.4.5/",
    "http://127.0.0.1.1/",
    "http://256.1.1.1/",
    "http://127.0.0.08/",
    # other schemes
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:6379/_INFO",
    "ws://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "javascript:alert(1)",
    "data:text/html,<p>story</p>",
]
PUBLIC = frozenset({"http://paper.example#@127.0.0.1/"})
"""What looks like a forbidden address and is, by every standard, another host's."""


class Connections:
    """Stands where sockets are opened: notes the addresses, and opens none but those of the proxy."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, proxy_port: int | None = None) -> None:
        self.addresses: list[str] = []
        opened = connector.aiohappyeyeballs.start_connection

        async def start_connection(addr_infos: Sequence[Any], **options: Any) -> socket.socket:
            for *_, address in addr_infos:
                if address[:2] == ("127.0.0.1", proxy_port):
                    return await opened(addr_infos, **options)
                self.addresses.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(connector.aiohappyeyeballs, "start_connection", start_connection)


def asked(urls: Sequence[str], environment: dict[str, str] | None = None) -> dict[str, Answer]:
    async def ask(client: Client) -> dict[str, Answer]:
        return {url: await client.fetch(page_request(url)) for url in urls}

    return with_client(ask, environment=environment)


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Sequence[str]) -> None:
    """What the name server says, one answer after the other; the last stays."""
    left = list(answers)

    async def resolve(_resolver: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in found
        ]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)


def test_the_table_is_long_enough() -> None:
    assert len(set(NAMED) - PUBLIC) >= 60


def test_no_way_to_name_a_forbidden_address_leads_to_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(monkeypatch)
    answering(monkeypatch, ["127.0.0.1", "::1", "10.0.0.1"])  # a resolver that is tricked into everything
    answers = asked(NAMED)
    assert connections.addresses == []
    outcomes = {url: answer.outcome for url, answer in answers.items() if url not in PUBLIC}
    assert {url: outcome for url, outcome in outcomes.items() if outcome != Outcome.UNSAFE_ADDRESS} == {}


def test_no_way_to_name_a_forbidden_address_reaches_the_proxy(
    server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = Connections(monkeypatch, int(server.address.rpartition(":")[2]))
    answers = asked([url for url in NAMED if url not in PUBLIC], server.environment)
    assert (server.requests, server.tunnels, connections.addresses) == ([], [], [])
    assert {answer.outcome for answer in answers.values()} == {Outcome.UNSAFE_ADDRESS}


@pytest.mark.parametrize("hops", [1, 2, 5])
def test_a_redirect_to_a_forbidden_address_is_not_followed_at_any_hop(
    server: NewsServer, monkeypatch: pytest.MonkeyPatch, hops: int
) -> None:
    Connections(monkeypatch, int(server.address.rpartition(":")[2]))
    located = [url for url in NAMED if url.isprintable() and url.isascii() and url == url.strip() and url not in PUBLIC]
    starts = [f"http://paper.example/{number}/1" for number in range(len(located))]
    for number, url in enumerate(located):
        for hop in range(1, hops):
            server.redirect(f"http://paper.example/{number}/{hop}", f"/{number}/{hop + 1}")
        server.redirect(f"http://paper.example/{number}/{hops}", url)
    answers = asked(starts, server.environment)
    assert {request.host for request in server.requests} == {"paper.example"}
    assert server.tunnels == []
    assert {answer.outcome for answer in answers.values()} <= {
        Outcome.UNSAFE_ADDRESS,
        Outcome.BAD_CONTENT,
        Outcome.NOT_FOUND,  # what is no address of its own is a path on the host that sent it
    }


@pytest.mark.parametrize(
    ("found", "connected"),
    [
        pytest.param(["127.0.0.1"], [], id="loopback"),
        pytest.param(["::1"], [], id="loopback-6"),
        pytest.param(["169.254.169.254"], [], id="metadata"),
        pytest.param(["::ffff:10.0.0.1"], [], id="mapped"),
        pytest.param(["64:ff9b::7f00:1"], [], id="nat64"),
        pytest.param(["2002:7f00:1::"], [], id="6to4"),
        pytest.param(["fe80::1%2"], [], id="link-local-with-its-zone"),
        pytest.param(["93.184.216.34", "127.0.0.1"], ["93.184.216.34"], id="public-and-loopback"),
        pytest.param(["::1", "93.184.216.34"], ["93.184.216.34"], id="private-6-and-public-4"),
        pytest.param(["10.0.0.1", "2606:4700::1111"], ["2606:4700::1111"], id="private-4-and-public-6"),
    ],
)
def test_of_what_a_name_resolves_to_only_public_addresses_are_connected_to(
    monkeypatch: pytest.MonkeyPatch, found: list[str], connected: list[str]
) -> None:
    connections = Connections(monkeypatch)
    answering(monkeypatch, found)
    asked(["http://paper.example/"])
    assert connections.addresses == connected


def test_a_name_that_resolves_differently_the_second_time_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(monkeypatch)
    answering(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    monkeypatch.setattr("flows.acquire.connections.DNS_CACHE_SECONDS", 0)
    urls = [f"http://paper.example/{number}" for number in range(3)]
    answers = asked(urls)
    assert set(connections.addresses) <= {"93.184.216.34"}
    assert connections.addresses
    assert answers[urls[-1]].outcome in (Outcome.UNSAFE_ADDRESS, Outcome.CONNECTION_FAILED)
