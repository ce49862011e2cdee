from __future__ import annotations

import asyncio
import base64
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.acquire.client import Client
from flows.acquire.connections import MAX_HEADER_LINES
from flows.acquire.exchange import Answer, RobotsDecision, feed_request, page_request
from flows.acquire.pacing import Pacer, Turn
from tests.flows.acquire.clients import NOW, USER_AGENT, fetch, with_client
from tests.news_server import Behaviour, NewsServer, gzip_bomb
from transforms.errors import SettingsError
from transforms.outcomes import Outcome
from transforms.records import ValidatorUse
from transforms.urls import url_strict

PAGE = "http://paper.example/story"
MODIFIED = "Tue, 07 May 2030 00:00:00 GMT"
STORY = b"<html><title>Story</title><p>Word for word.</p></html>" * 50


# ------------------------------------------------------------ answers to work with


def test_a_page_comes_with_its_body_headers_and_one_row(server: NewsServer) -> None:
    server.add(PAGE, body=STORY, headers={"Content-Type": "text/html", "ETag": '"a"'})
    answer = fetch(page_request(PAGE), environment=server.environment)
    (row,) = answer.fetches
    assert (answer.outcome, answer.status, answer.body, answer.final_url) == (None, 200, STORY, PAGE)
    assert answer.headers["content-TYPE"] == "text/html"
    assert (row.url, row.host, row.purpose, row.attempt, row.status) == (PAGE, "paper.example", "page", 1, 200)
    assert (row.bytes, row.error_class, row.run_id, row.started_at) == (len(STORY), None, "run-1", NOW)
    assert (row.had_validators, row.was_conditional) == (True, False)


def test_every_request_says_who_asks_and_sends_no_cookie(server: NewsServer) -> None:
    server.add(PAGE, body=STORY, headers={"Set-Cookie": "seen=1"})

    async def twice(client):
        await client.fetch(page_request(PAGE))
        await client.fetch(page_request(PAGE))

    with_client(twice, environment=server.environment)
    assert [request.headers["user-agent"] for request in server.requests] == [USER_AGENT] * 2
    assert not any("cookie" in request.headers or "referer" in request.headers for request in server.requests)


def test_https_hosts_are_reached_through_the_proxy_and_their_certificates_checked(server: NewsServer) -> None:
    url = "https://paper.example/story"
    server.add(url, body=STORY)
    assert fetch(page_request(url), environment=server.environment).body == STORY
    untrusting = {"HTTPS_PROXY": server.address}
    refused = fetch(page_request(url), environment=untrusting)
    assert (refused.outcome, refused.is_transient) == (Outcome.CONNECTION_FAILED, False)
    assert "TLS" in refused.reason


def test_a_hosts_connection_is_used_again_and_never_by_two_requests_at_once(server: NewsServer) -> None:
    urls = [f"https://{host}.example/{n}" for host in ("paper", "other") for n in range(4)]
    for url in urls:
        server.add(url, body=STORY, latency_seconds=0.01)

    async def all_at_once(client: Client) -> list[Answer]:
        return await asyncio.gather(*(client.fetch(page_request(url)) for url in urls))

    answers = with_client(all_at_once, environment=server.environment)
    assert [answer.body for answer in answers] == [STORY] * 8
    assert sorted(server.tunnels) == ["other.example", "paper.example"]
    assert server.most_at_once == {"paper.example": 1, "other.example": 1}


def test_certificates_that_cannot_be_read_are_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(SettingsError, match=f"SSL_CERT_FILE names .*{name}"):
            fetch(page_request(PAGE), environment={"SSL_CERT_FILE": str(tmp_path / name)})


def test_headers_that_are_not_utf_8_are_read_as_iso_8859_1(server: NewsServer) -> None:
    server.add(PAGE, body=STORY, headers={"X-Town": "Z\xfcrich", "X-Wort": "ü".encode().decode("latin-1")})
    headers = fetch(page_request(PAGE), environment=server.environment).headers
    assert (headers["x-town"], headers["x-wort"]) == ("Zürich", "ü")


def test_validators_are_sent_as_they_were_given_and_304_is_an_answer(server: NewsServer) -> None:
    tag, modified = 'W/"x;br"', "Tue, 07 May 2030 00:00:00 GMT"
    server.add(PAGE, body=STORY, headers={"ETag": tag, "Last-Modified": modified})
    answer = fetch(feed_request(PAGE, etag=tag, last_modified=modified), environment=server.environment)
    sent = server.requests[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == (tag, modified)
    assert (answer.status, answer.outcome, answer.body) == (304, None, b"")
    assert answer.fetches[0].was_conditional


@pytest.mark.parametrize(
    ("to", "is_conditional"),
    [
        pytest.param("http://paper.example/feed", True, id="the-same-host"),
        pytest.param("https://paper.example/feed", True, id="the-same-host-by-https"),
        pytest.param("http://other.example/feed", False, id="another-host"),
        pytest.param("http://feeds.paper.example/feed", False, id="another-host-of-the-site"),
    ],
)
def test_validators_go_to_the_host_that_is_asked_and_to_no_other(
    server: NewsServer, to: str, is_conditional: bool
) -> None:
    server.redirect(PAGE, to)
    server.add(to, body=STORY, headers={"ETag": '"a"', "Last-Modified": MODIFIED})
    request = feed_request(PAGE, etag='"a"', last_modified=MODIFIED, validator_use=ValidatorUse.SENT)
    answer = fetch(request, environment=server.environment)
    sent = [{"if-none-match", "if-modified-since"} & set(seen.headers) for seen in server.requests]
    assert [len(names) for names in sent] == [2, 2 if is_conditional else 0]
    assert (answer.outcome, answer.status) == (None, 304 if is_conditional else 200)
    row = answer.fetches[-1]
    assert (row.was_conditional, row.validator_use == "sent") == (is_conditional, is_conditional)


def test_a_304_that_nobody_asked_for_is_bad_content(server: NewsServer) -> None:
    server.add(PAGE, status=304)
    assert fetch(page_request(PAGE), environment=server.environment).outcome is Outcome.BAD_CONTENT


@pytest.mark.parametrize(
    ("headers", "wire"),
    [
        pytest.param({"Content-Encoding": "gzip"}, gzip.compress(STORY), id="gzip"),
        pytest.param({"Content-Encoding": "gzip"}, STORY, id="gzip-that-is-plain"),
        pytest.param({}, STORY, id="plain"),
    ],
)
@pytest.mark.parametrize("behaviour", [Behaviour.PLAIN, Behaviour.CHUNKED])
def test_bodies_are_inflated_whatever_their_framing(
    server: NewsServer, headers: dict[str, str], wire: bytes, behaviour: Behaviour
) -> None:
    server.add(PAGE, body=wire, headers=headers, behaviour=behaviour)
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert (answer.outcome, answer.body, answer.fetches[0].bytes) == (None, STORY, len(wire))


def test_many_headers_are_fine(server: NewsServer) -> None:
    headers = {f"X-Cache-{n}": "hit" for n in range(MAX_HEADER_LINES - 10)}
    server.add(PAGE, body=STORY, headers=headers)
    assert fetch(page_request(PAGE), environment=server.environment).outcome is None


def test_the_path_is_asked_for_as_the_publisher_wrote_it(server: NewsServer) -> None:
    url = "http://paper.example/a%7Eb/%c3%a4?x=1&amp;&q=a+b%20c"
    server.add(url, body=STORY)
    assert fetch(page_request(url + "#part"), environment=server.environment).outcome is None


# ------------------------------------------------------------ redirects


def test_each_hop_leaves_a_row_that_names_the_one_before(server: NewsServer) -> None:
    server.redirect(PAGE, "/moved", status=301)
    server.redirect("http://paper.example/moved", "http://other.example/here", status=308)
    server.add("http://other.example/here", body=STORY)
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert answer.hops == (PAGE, "http://paper.example/moved", "http://other.example/here")
    assert answer.final_url == "http://other.example/here"
    assert [row.status for row in answer.fetches] == [301, 308, 200]
    ids = [row.fetch_id for row in answer.fetches]
    assert [row.redirected_from for row in answer.fetches] == [None, *ids[:2]]


def test_a_redirect_to_a_known_article_ends_before_it_is_asked_for(server: NewsServer) -> None:
    known = "http://paper.example/known"
    server.redirect(PAGE, known)
    server.add(known, body=STORY)
    answer = fetch(page_request(PAGE, is_known={url_strict(known)}.__contains__), environment=server.environment)
    assert (answer.same_as, answer.outcome, answer.final_url) == (url_strict(known), None, known)
    assert server.urls() == [PAGE]


def test_a_redirect_to_another_spelling_of_the_same_address_is_followed(server: NewsServer) -> None:
    server.redirect(PAGE, "https://paper.example/story")
    server.add("https://paper.example/story", body=STORY)
    answer = fetch(page_request(PAGE, is_known=lambda _key: True), environment=server.environment)
    assert (answer.same_as, answer.body) == (None, STORY)


@pytest.mark.parametrize(
    ("hops", "outcome"),
    [
        pytest.param(10, None, id="ten-redirects"),
        pytest.param(11, Outcome.REDIRECT_LOOP, id="eleven-redirects"),
    ],
)
def test_a_page_may_redirect_ten_times(server: NewsServer, hops: int, outcome: Outcome | None) -> None:
    for n in range(hops):
        server.redirect(f"http://paper.example/{n}", f"/{n + 1}")
    server.add(f"http://paper.example/{hops}", body=STORY)
    assert fetch(page_request("http://paper.example/0"), environment=server.environment).outcome is outcome


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        pytest.param(PAGE, Outcome.REDIRECT_LOOP, id="to-itself"),
        pytest.param("file:///etc/passwd", Outcome.UNSAFE_ADDRESS, id="file"),
        pytest.param("ftp://paper.example/a", Outcome.UNSAFE_ADDRESS, id="ftp"),
        pytest.param("http://127.0.0.1:1/", Outcome.UNSAFE_ADDRESS, id="loopback"),
        pytest.param("http://2130706433/", Outcome.UNSAFE_ADDRESS, id="loopback-as-a-number"),
        pytest.param("http://0x7f.1/", Outcome.UNSAFE_ADDRESS, id="loopback-in-hexadecimal"),
        pytest.param("http://169.254.169.254/latest/meta-data/", Outcome.UNSAFE_ADDRESS, id="metadata"),
        pytest.param("http://[::ffff:10.0.0.1]/", Outcome.UNSAFE_ADDRESS, id="private-in-ipv6"),
        pytest.param("http://localhost/", Outcome.UNSAFE_ADDRESS, id="localhost"),
        pytest.param("http://①②⑦.0.0.1/", Outcome.UNSAFE_ADDRESS, id="loopback-in-fancy-digits"),
        pytest.param("http://metadata.goog/", Outcome.UNSAFE_ADDRESS, id="a-name-that-the-proxy-resolves"),
        pytest.param("http://other.example:22/", Outcome.UNSAFE_ADDRESS, id="ssh"),
        pytest.param("http://other.example:25/", Outcome.UNSAFE_ADDRESS, id="smtp"),
        pytest.param("http://other.example:0/", Outcome.UNSAFE_ADDRESS, id="port-0"),
        pytest.param("https://other.example:6667/", Outcome.UNSAFE_ADDRESS, id="irc"),
        pytest.param("http://", Outcome.BAD_CONTENT, id="no-address"),
    ],
)
def test_redirects_that_lead_nowhere_good_end_there(server: NewsServer, location: str, outcome: Outcome) -> None:
    server.redirect(PAGE, location.encode().decode("latin-1"))
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert answer.outcome is outcome
    assert server.urls() == [PAGE]


def test_robots_are_asked_for_each_hop_and_decide_it(server: NewsServer) -> None:
    server.redirect(PAGE, "/members/story")
    server.add("http://paper.example/members/story", body=STORY)

    async def may_fetch(url: str) -> RobotsDecision:
        refuses = "/members/" in url
        return RobotsDecision(
            allowed=not refuses, rule="Disallow: /members/" if refuses else "allowed", crawl_delay_seconds=2.0
        )

    answer = fetch(page_request(PAGE, may_fetch=may_fetch), environment=server.environment)
    assert (answer.outcome, server.urls()) == (Outcome.ROBOTS, [PAGE])
    assert "Disallow: /members/" in answer.reason
    assert (answer.fetches[0].robots_rule, answer.fetches[0].crawl_delay_seconds) == ("allowed", 2.0)


# ------------------------------------------------------------ trouble


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Outcome.BAD_CONTENT),
        (401, Outcome.BLOCKED),
        (402, Outcome.BLOCKED),
        (403, Outcome.BLOCKED),
        (404, Outcome.NOT_FOUND),
        (406, Outcome.BLOCKED),
        (408, Outcome.TIMED_OUT),
        (410, Outcome.GONE),
        (429, Outcome.RATE_LIMITED),
        (451, Outcome.BLOCKED),
        (500, Outcome.SERVER_ERROR),
        (503, Outcome.SERVER_ERROR),
        (301, Outcome.BAD_CONTENT),
    ],
)
def test_each_status_has_its_outcome(server: NewsServer, status: int, outcome: Outcome) -> None:
    server.add(PAGE, status=status)
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert (answer.outcome, answer.status, answer.fetches[0].error_class) == (outcome, status, outcome.value)
    assert str(status) in answer.reason


@pytest.mark.parametrize(
    ("behaviour", "outcomes"),
    [
        pytest.param(Behaviour.RESET, {Outcome.CONNECTION_FAILED}, id="reset"),
        pytest.param(Behaviour.RESET_MID_BODY, {Outcome.CONNECTION_FAILED, Outcome.BAD_CONTENT}, id="reset-mid-body"),
        pytest.param(Behaviour.TRUNCATED, {Outcome.BAD_CONTENT}, id="truncated"),
        pytest.param(Behaviour.BAD_CHUNK, {Outcome.BAD_CONTENT}, id="bad-chunk"),
        pytest.param(Behaviour.NO_HTTP, {Outcome.BAD_CONTENT}, id="no-http"),
        pytest.param(Behaviour.ENDLESS, {Outcome.TOO_LARGE}, id="endless"),
    ],
)
def test_broken_exchanges_have_their_outcomes(server: NewsServer, behaviour: Behaviour, outcomes: set[Outcome]) -> None:
    server.add(PAGE, body=STORY, behaviour=behaviour)
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert answer.outcome in outcomes
    assert answer.reason
    assert answer.is_transient is (behaviour is not Behaviour.ENDLESS)


@pytest.mark.parametrize("behaviour", [Behaviour.NEVER_ANSWERS, Behaviour.SLOW_DRIP])
def test_the_time_limit_holds_for_the_whole_body(server: NewsServer, behaviour: Behaviour) -> None:
    server.add(PAGE, behaviour=behaviour)
    answer = fetch(page_request(PAGE, total_seconds=0.2), environment=server.environment)
    assert (answer.outcome, answer.is_transient) == (Outcome.TIMED_OUT, False)


def test_the_time_limit_is_shared_by_all_hops(server: NewsServer) -> None:
    for n in range(5):
        server.add(f"http://paper.example/{n}", status=302, headers={"Location": f"/{n + 1}"}, latency_seconds=0.1)
    answer = fetch(page_request("http://paper.example/0", total_seconds=0.25), environment=server.environment)
    assert answer.outcome is Outcome.TIMED_OUT


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(gzip_bomb(), id="bomb"),
        pytest.param(gzip_bomb(4_000_000), id="small-bomb-by-its-ratio"),
    ],
)
def test_gzip_bombs_are_too_large(server: NewsServer, wire: bytes) -> None:
    server.add(PAGE, body=wire, headers={"Content-Encoding": "gzip"})
    assert fetch(page_request(PAGE), environment=server.environment).outcome is Outcome.TOO_LARGE


def test_hosts_that_the_proxy_cannot_reach_are_connection_failures(server: NewsServer) -> None:
    answer = fetch(page_request("https://nowhere.example/"), environment=server.environment)
    assert (answer.outcome, answer.status) == (Outcome.CONNECTION_FAILED, None)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        pytest.param(429, {"Retry-After": "90"}, 90, id="seconds"),
        pytest.param(
            503,
            {"Retry-After": "Tue, 01 Jan 2019 00:01:30 GMT", "Date": "Tue, 01 Jan 2019 00:00:00 GMT"},
            90,
            id="date-by-the-servers-clock",
        ),
        pytest.param(503, {"Retry-After": "Mon, 06 May 2030 07:09:39 GMT"}, 90, id="date-by-our-clock"),
        pytest.param(503, {"Retry-After": "soon"}, None, id="nonsense"),
        pytest.param(503, {"Retry-After": "9" * 40}, 3.2e9, id="never"),
    ],
)
def test_retry_after_becomes_a_moment_in_utc(
    server: NewsServer, status: int, headers: dict[str, str], seconds: float | None
) -> None:
    server.add(PAGE, status=status, headers=headers)
    answer = fetch(page_request(PAGE), environment=server.environment)
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert answer.retry_after_until == answer.fetches[0].retry_after_until == expected


# ------------------------------------------------------------ safety


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        pytest.param("http://127.0.0.1:1/", Outcome.UNSAFE_ADDRESS, id="loopback"),
        pytest.param("http://localhost:1/", Outcome.UNSAFE_ADDRESS, id="local-name"),
        pytest.param("file:///etc/passwd", Outcome.UNSAFE_ADDRESS, id="file"),
    ],
)
def test_unsafe_addresses_are_never_asked(url: str, outcome: Outcome) -> None:
    answer = fetch(page_request(url))
    assert (answer.outcome, answer.fetches) == (outcome, ())


def test_a_direct_request_to_a_name_is_checked_by_the_address_it_resolves_to(
    server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.address.rpartition(":")[2])
    _resolve_all_names_to_loopback(monkeypatch)
    url = f"http://rebound.example:{port}/"
    server.add(url, body=STORY)
    answer = fetch(page_request(url))
    assert answer.outcome is Outcome.UNSAFE_ADDRESS
    assert server.requests == []
    assert answer.fetches[0].error_class == "unsafe_address"


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8"])
def test_listed_addresses_may_be_asked(server: NewsServer, entry: str) -> None:
    server.add(f"{server.address}/feed", body=STORY)
    answer = fetch(page_request(f"{server.address}/feed"), allow_hosts=(entry,))
    assert (answer.outcome, answer.body) == (None, STORY)


def test_a_listed_name_may_resolve_to_anything(server: NewsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(server.address.rpartition(":")[2])
    _resolve_all_names_to_loopback(monkeypatch)
    url = f"http://intranet.example:{port}/"
    server.add(url.replace("intranet.example", "127.0.0.1"), body=STORY)
    assert fetch(page_request(url), allow_hosts=("intranet.example",)).body == STORY


def test_credentials_go_to_their_origin_only_and_are_told_nowhere(server: NewsServer) -> None:
    server.redirect("http://paper.example/feed", "/feed2")
    server.redirect("http://paper.example/feed2", "http://other.example/feed")
    server.add("http://other.example/feed", body=STORY)
    answer = fetch(feed_request("http://reader:p%40ss@paper.example/feed"), environment=server.environment)
    expected = "Basic " + base64.b64encode(b"reader:p@ss").decode()
    assert [request.headers.get("authorization") for request in server.requests] == [expected, expected, None]
    assert "p%40ss" not in repr(answer)
    assert "p@ss" not in repr(answer)


def test_an_address_that_cannot_be_read_is_shown_without_its_credentials() -> None:
    assert "secret" not in repr(fetch(feed_request("ftp://reader:secret@paper.example/feed")))


def test_credentials_of_a_redirect_are_not_used(server: NewsServer) -> None:
    server.redirect(PAGE, "http://a:b@other.example/")
    server.add("http://other.example/", body=STORY)
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert (answer.final_url, answer.body) == ("http://other.example/", STORY)
    assert "authorization" not in server.requests[1].headers


def test_a_429_slows_the_host_down(server: NewsServer) -> None:
    server.add(PAGE, status=429)

    async def asked(client):
        client.pacer.set_crawl_delay("paper.example", 3.0)
        before = client.pacer.interval("paper.example")
        await client.fetch(page_request(PAGE))
        return before, client.pacer.interval("paper.example")

    assert with_client(asked, environment=server.environment) == (3.0, 6.0)


def test_a_hosts_interval_counts_from_when_the_request_went_out(server: NewsServer) -> None:
    server.add(PAGE, body=STORY)
    pacer = _ListeningPacer(interval_seconds=0.0)
    fetch(page_request(PAGE), environment=server.environment, pacer=pacer)
    assert [turn.starts for turn in pacer.turns] == [1]


def test_an_answer_over_the_cap_of_its_kind_is_too_large(server: NewsServer) -> None:
    server.add(PAGE, body=STORY)
    small = replace(page_request(PAGE), max_bytes=len(STORY) - 1)
    assert fetch(small, environment=server.environment).outcome is Outcome.TOO_LARGE
    exact = replace(page_request(PAGE), max_bytes=len(STORY))
    assert fetch(exact, environment=server.environment).outcome is None


class _ListeningTurn(Turn):
    starts = 0

    def started(self) -> None:
        self.starts += 1
        super().started()


class _ListeningPacer(Pacer):
    def __init__(self, *, interval_seconds: float) -> None:
        super().__init__(interval_seconds=interval_seconds)
        self.turns: list[_ListeningTurn] = []

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Turn]:
        async with super().turn(host) as given:
            self.turns.append(_ListeningTurn(given._bucket))
            yield self.turns[-1]


def _resolve_all_names_to_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: plain("127.0.0.1", *rest, **more))


def test_the_installations_caps_go_before_those_of_the_kind(server: NewsServer) -> None:
    server.add(PAGE, body=STORY)
    caps = {"page": len(STORY) - 1, "feed": len(STORY)}
    assert fetch(page_request(PAGE), environment=server.environment, max_bytes=caps).outcome is Outcome.TOO_LARGE
    assert fetch(feed_request(PAGE), environment=server.environment, max_bytes=caps).outcome is None
    small = replace(page_request(PAGE), max_bytes=1)
    assert fetch(small, environment=server.environment, max_bytes={"page": len(STORY)}).outcome is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("X-Long", "x" * 70_000, id="one-line"),
        pytest.param("Set-Cookie", "a=b\r\nSet-Cookie: " * 1100 + "c", id="many-lines"),
    ],
)
def test_headers_without_end_are_refused(server: NewsServer, name: str, value: str) -> None:
    server.add(PAGE, body=STORY, headers={name: value})
    answer = fetch(page_request(PAGE), environment=server.environment)
    assert (answer.outcome, answer.body) == (Outcome.BAD_CONTENT, b"")
