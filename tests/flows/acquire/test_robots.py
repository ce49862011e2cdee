from __future__ import annotations

import asyncio
import gzip
from functools import partial

import pytest

from flows.acquire.client import Client
from flows.acquire.exchange import ROBOTS_BYTES, Answer, RobotsDecision, page_request
from flows.acquire.retries import RetryPolicy
from flows.acquire.robots import Robots
from flows.acquire.robots_rules import MAX_PARSED_BYTES, read_rules
from tests.factories import a_robots_file
from tests.flows.acquire.clients import NOW, with_client
from tests.news_server import Behaviour, NewsServer
from transforms.outcomes import RETRIED, Outcome
from transforms.records import Fetch, RobotsFile

SITE = "http://paper.example"
AT_ONCE = RetryPolicy(backoff_seconds=0.0)


def decide(server: NewsServer, *paths: str) -> list[RobotsDecision]:
    async def ask(client: Client) -> list[RobotsDecision]:
        robots = Robots(client, policy=AT_ONCE, clock=lambda: NOW)
        return list(await asyncio.gather(*(robots.may_fetch(SITE + path) for path in paths)))

    return with_client(ask, environment=server.environment)


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        pytest.param("User-agent: *\nDisallow: /members/", "/members/a", "Disallow: /members/", id="prefix"),
        pytest.param("User-agent: *\nDisallow: /members/", "/news/a", None, id="other-path"),
        pytest.param("User-agent: *\nDisallow:", "/a", None, id="empty-disallow"),
        pytest.param("", "/a", None, id="empty-file"),
        pytest.param("<html><p>not found</p></html>", "/a", None, id="a-web-page-instead"),
        pytest.param("\ufeffUser-agent: *\nDisallow: /", "/a", "Disallow: /", id="byte-order-mark"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/x/a.pdf", "Disallow: /*.pdf$", id="wildcard"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/x/a.pdf?b", None, id="anchored"),
        pytest.param("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", None, id="longer-allow"),
        pytest.param("User-agent: *\nDisallow: /a\nDisallow: /a/b", "/a/b/c", "Disallow: /a/b", id="longest-named"),
        pytest.param("User-agent: NewsLedger\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", "Disallow: /", id="us"),
        pytest.param("User-agent: newsledger\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", None, id="us-allowed"),
        pytest.param("User-agent: a\nUser-agent: *\nDisallow: /x # shop", "/x/", "Disallow: /x", id="shared-group"),
        pytest.param("User-agent: OtherBot\nDisallow: /", "/a", None, id="another-bot"),
        pytest.param("User-agent: *newsledger*\nDisallow: /", "/a", None, id="a-pattern-is-not-everybody"),
        pytest.param(
            "User-agent: OtherBot\nDisallow: /a/long/path\n\nUser-agent: *\nDisallow: /a",
            "/a/long/path",
            "Disallow: /a",
            id="another-bots-longer-rule-is-not-named",
        ),
    ],
)
def test_rules_are_read_by_rfc_9309(server: NewsServer, text: str, path: str, rule: str | None) -> None:
    server.add(f"{SITE}/robots.txt", body=text)
    (decision,) = decide(server, path)
    assert (decision.allowed, decision.outcome) == ((True, None) if rule is None else (False, Outcome.ROBOTS))
    assert decision.rule == (rule or "allowed by robots.txt")


def test_a_file_longer_than_is_parsed_counts_as_far_as_it_is(server: NewsServer) -> None:
    filling = "# filling\n" * (MAX_PARSED_BYTES // 10)
    server.add(f"{SITE}/robots.txt", body=f"User-agent: *\nDisallow: /early\n{filling}Disallow: /late")
    early, late = decide(server, "/early", "/late")
    assert (early.allowed, late.allowed) == (False, True)


@pytest.mark.parametrize(
    ("end", "is_read"),
    [
        pytest.param(b"Disallow: /private/", False, id="within-a-line"),
        pytest.param(b"\nDisallow: /x", False, id="within-the-path"),
        pytest.param(b"\nDisallow: /", True, id="after-a-line"),
    ],
)
def test_a_line_that_the_cut_goes_through_is_left_away(end: bytes, is_read: bool) -> None:
    start = b"User-agent: *\nDisallow: /tmp/\n"
    cut_at = len(end) if is_read else len(end) - 1
    filling = b"#" * (MAX_PARSED_BYTES - len(start) - cut_at - 1) + b"\n"
    read = read_rules(start + filling + end + b"\n" + b"# more\n")
    assert read.lines == ("Disallow: /tmp/", *(["Disallow: /"] if is_read else []))


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        pytest.param("identity", b"\n" * (ROBOTS_BYTES + 1), id="on-the-wire"),
        pytest.param("gzip", gzip.compress(b"\n" * (ROBOTS_BYTES + 1)), id="inflated"),
    ],
)
def test_a_file_over_the_cap_is_cut_and_not_refused(server: NewsServer, encoding: str, wire: bytes) -> None:
    head = b"User-agent: *\nDisallow: /a\n"
    wire = gzip.compress(head) + wire if encoding == "gzip" else head + wire
    server.add(f"{SITE}/robots.txt", body=wire, headers={"Content-Encoding": encoding})
    allowed = [decision.allowed for decision in decide(server, "/a", "/b")]
    assert allowed == [False, True]


def test_a_sitemap_line_ends_no_group(server: NewsServer) -> None:
    text = "User-agent: other\nSitemap: https://paper.example/map\nUser-agent: *\nDisallow: /a\nDisallow: /a/b"
    server.add(f"{SITE}/robots.txt", body=text)
    assert decide(server, "/a/b")[0].rule == "Disallow: /a/b"


@pytest.mark.parametrize(
    ("status", "phrase"), [(401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found"), (410, "Gone")]
)
def test_a_site_without_robots_txt_allows_everything(server: NewsServer, status: int, phrase: str) -> None:
    server.add(f"{SITE}/robots.txt", status=status)
    (decision,) = decide(server, "/a")
    assert decision.allowed
    assert decision.rule == f"no robots.txt (the server answered {status} {phrase})"


@pytest.mark.parametrize(
    ("status", "behaviour", "outcome"),
    [
        pytest.param(500, Behaviour.PLAIN, Outcome.SERVER_ERROR, id="500"),
        pytest.param(429, Behaviour.PLAIN, Outcome.RATE_LIMITED, id="429"),
        pytest.param(200, Behaviour.RESET, Outcome.CONNECTION_FAILED, id="reset"),
    ],
)
def test_where_robots_txt_cannot_be_read_nothing_is_asked_and_the_trouble_is_the_outcome(
    server: NewsServer, status: int, behaviour: Behaviour, outcome: Outcome
) -> None:
    server.add(f"{SITE}/robots.txt", status=status, behaviour=behaviour)
    decision = decide(server, "/a")[0]
    assert (decision.allowed, decision.outcome) == (False, outcome)


def test_a_robots_txt_that_cannot_be_read_is_asked_three_times_by_a_run_and_again_by_the_next(
    server: NewsServer,
) -> None:
    server.add(f"{SITE}/robots.txt", status=502)
    unread = a_robots_file(SITE, agent=None, outcome="server_error", reason="it could not be read: 502")

    async def ask(client: Client, known: list[RobotsFile]) -> None:
        robots = Robots(client, policy=AT_ONCE, clock=lambda: NOW)
        robots.know(known)
        await asyncio.gather(*(robots.may_fetch(f"{SITE}/{number}") for number in range(3)))
        await robots.may_fetch(f"{SITE}/a")

    for run in (1, 2):
        with_client(partial(ask, known=[unread] if run == 2 else []), environment=server.environment)
        assert server.urls() == [f"{SITE}/robots.txt"] * 3 * run


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("http://10.0.0.1/robots.txt", id="a-private-address"),
        pytest.param("ftp://paper.example/robots.txt", id="another-scheme"),
    ],
)
def test_what_ends_robots_txt_for_good_does_not_end_the_page(server: NewsServer, location: str) -> None:
    server.redirect(f"{SITE}/robots.txt", location, status=301)

    async def ask(client: Client) -> Answer:
        robots = Robots(client, policy=AT_ONCE, clock=lambda: NOW)
        return await client.fetch(page_request(f"{SITE}/a", may_fetch=robots.may_fetch))

    answer = with_client(ask, environment=server.environment)
    assert answer.outcome is Outcome.CONNECTION_FAILED
    assert answer.outcome in RETRIED
    assert answer.reason.startswith("the site's robots.txt decides: it could not be read: ")


def test_redirects_of_robots_txt_are_followed(server: NewsServer) -> None:
    server.redirect(f"{SITE}/robots.txt", "http://www.paper.example/robots.txt")
    server.add("http://www.paper.example/robots.txt", body="User-agent: *\nDisallow: /a")
    assert not decide(server, "/a")[0].allowed


def test_too_many_redirects_count_as_no_robots_txt(server: NewsServer) -> None:
    server.redirect(f"{SITE}/robots.txt", "/robots.txt")
    assert decide(server, "/a")[0].allowed


def test_an_origin_is_asked_once_however_many_ask_at_once(server: NewsServer) -> None:
    server.add(f"{SITE}/robots.txt", body="User-agent: *\nDisallow: /odd", latency_seconds=0.02)
    decisions = decide(server, *(["/odd", "/even"] * 20))
    assert [decision.allowed for decision in decisions] == [False, True] * 20
    assert server.urls() == [f"{SITE}/robots.txt"]


def test_a_caller_that_is_cancelled_does_not_take_the_file_from_the_others(server: NewsServer) -> None:
    server.add(f"{SITE}/robots.txt", body="User-agent: *\nDisallow: /", latency_seconds=0.02)

    async def ask(client: Client) -> bool:
        robots = Robots(client, policy=AT_ONCE, clock=lambda: NOW)
        first = asyncio.create_task(robots.may_fetch(f"{SITE}/a"))
        second = asyncio.create_task(robots.may_fetch(f"{SITE}/a"))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).allowed

    assert with_client(ask, environment=server.environment) is False


def test_a_crawl_delay_goes_to_the_pacer_and_into_the_decision(server: NewsServer) -> None:
    server.add(f"{SITE}/robots.txt", body="User-agent: *\nCrawl-delay: 7")

    async def ask(client: Client) -> tuple[float | None, float]:
        decision = await Robots(client, policy=AT_ONCE, clock=lambda: NOW).may_fetch(f"{SITE}/a")
        return decision.crawl_delay_seconds, client.pacer.interval("paper.example")

    assert with_client(ask, environment=server.environment) == (7.0, 7.0)


def test_its_requests_leave_rows(server: NewsServer) -> None:
    server.add(f"{SITE}/robots.txt", body="")
    rows: list[Fetch] = []

    async def ask(client: Client) -> None:
        await Robots(client, policy=AT_ONCE, clock=lambda: NOW, on_fetched=rows.extend).may_fetch(f"{SITE}/a")

    with_client(ask, environment=server.environment)
    assert [(row.url, row.purpose, row.status) for row in rows] == [(f"{SITE}/robots.txt", "robots", 200)]


def test_a_page_behind_a_disallowed_redirect_is_not_asked_for(server: NewsServer) -> None:
    server.redirect("http://feeds.example/1", f"{SITE}/members/story")
    server.add(f"{SITE}/members/story", body="<p>Members only.</p>")
    server.add(f"{SITE}/robots.txt", body="User-agent: *\nDisallow: /members/")

    async def ask(client: Client):
        robots = Robots(client, policy=AT_ONCE, clock=lambda: NOW)
        return await client.fetch(page_request("http://feeds.example/1", may_fetch=robots.may_fetch))

    answer = with_client(ask, environment=server.environment)
    assert (answer.outcome, answer.reason) == (Outcome.ROBOTS, "the site's robots.txt decides: Disallow: /members/")
    assert f"{SITE}/members/story" not in server.urls()


@pytest.mark.parametrize(
    ("text", "rule", "is_allowed"),
    [
        pytest.param("User-agent: *\nDisallow: /", None, True, id="what-is-said-to-all-counts-for-pages"),
        pytest.param("User-agent: NewsLedger/2\nDisallow: /rss", "Disallow: /rss", False, id="named"),
        pytest.param("User-agent: newsledger\nDisallow: /x", "allowed by robots.txt", True, id="named-and-allowed"),
        pytest.param("User-agent: newsledger\nUser-agent: b\nDisallow /rss", "Disallow: /rss", False, id="no-colon"),
        pytest.param("User-agent: news\nDisallow: /", None, True, id="a-part-of-our-name-is-another"),
    ],
)
def test_a_feed_obeys_a_group_that_names_us(server: NewsServer, text: str, rule: str | None, is_allowed: bool) -> None:
    server.add(f"{SITE}/robots.txt", body=f"{text}\nUser-agent: *\nCrawl-delay: 3")
    named = None if rule is None else f"{rule} (robots.txt names newsledger)"

    async def ask(client: Client) -> RobotsDecision:
        return await Robots(client, policy=AT_ONCE, clock=lambda: NOW).may_poll(f"{SITE}/rss.xml")

    decision = with_client(ask, environment=server.environment)
    assert (decision.rule, decision.allowed) == (named, is_allowed)


@pytest.mark.parametrize(
    ("known", "page_reads", "feed_reads"),
    [
        pytest.param({"agent": "*"}, 0, 0, id="read-today"),
        pytest.param({"reason": "no robots.txt (404)", "agent": None}, 0, 0, id="none-there-today"),
        pytest.param({"outcome": "server_error", "reason": "503", "agent": None}, 1, 0, id="trouble"),
    ],
)
def test_a_file_that_is_known_is_not_asked_for_again(
    server: NewsServer, known: dict[str, str], page_reads: int, feed_reads: int
) -> None:
    server.add(f"{SITE}/robots.txt", body="User-agent: *\nDisallow: /a")

    async def ask(client: Client) -> tuple[int, int]:
        robots = Robots(client, policy=AT_ONCE, clock=lambda: NOW)
        robots.know([a_robots_file(SITE, **known)])
        assert (await robots.may_poll(f"{SITE}/rss.xml")).allowed
        reads = len(server.requests)
        await robots.may_fetch(f"{SITE}/b")
        return len(server.requests) - reads, reads

    assert with_client(ask, environment=server.environment) == (page_reads, feed_reads)


def test_what_a_file_says_is_kept(server: NewsServer) -> None:
    text = "Sitemap: https://paper.example/news.xml\nUser-agent: *\nAllow: /b\nDisallow: /a # all\nCrawl-delay: 2\n"
    server.add(f"{SITE}/robots.txt", body=f"{text}User-agent: other\nDisallow: /")
    files: list[RobotsFile] = []

    async def ask(client: Client) -> None:
        await Robots(client, policy=AT_ONCE, clock=lambda: NOW, on_read=files.append).may_fetch(f"{SITE}/a")

    with_client(ask, environment=server.environment)
    (file,) = files
    assert (file.origin, file.agent, file.read_at) == (SITE, "*", NOW)
    assert file.rules == ("Allow: /b", "Disallow: /a", "Crawl-delay: 2")
    assert file.sitemaps == ("https://paper.example/news.xml",)
    assert file.crawl_delay_seconds == 2.0
