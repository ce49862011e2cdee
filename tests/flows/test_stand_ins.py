"""Where a page cannot be had, the feed's own full text stands in, and the page takes its place later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from flows import stages
from flows.acquire.retries import RetryPolicy
from flows.feeds_file import FeedSpec
from tests.flows.imports.test_own_archive import contents, importing
from tests.flows.test_stages import FEED, LATER, NOW, ask, link, open_run, page
from tests.news_server import Behaviour, NewsServer

SIGN_IN = (
    b"<html><head><title>Sign in</title></head><body><h1>Sign in to go on</h1><p>Subscribers log in with their account."
    b"</p><form><input name='mail'><input type='password'><button>Sign in</button></form></body></html>"
)
ROBOTS, FORBIDDEN, FAILING, LOGIN, OTHER_LOGIN, SHORT, TEASER, GONE, RESET, LIMITED, HAD = range(1, 12)


def own_text(number: int, *, words: int = 130) -> str:
    sentences = [f"In town {number} the ferry left at {hour}, and the harbour master noted it." for hour in range(40)]
    text = " ".join(" ".join(sentences).split()[:words])
    return f"<p>{text}.</p>"


def feed() -> bytes:
    texts = {number: own_text(number) for number in range(1, 12)}
    texts[SHORT] = own_text(SHORT, words=60)
    texts[TEASER] = own_text(TEASER).replace(".</p>", " … <a href='/'>Continue reading</a></p>")
    items = "".join(
        f"<item><title>Story {number}</title><link>{link(number)}</link><guid>{link(number)}</guid>"
        f"<pubDate>Fri, 16 Oct 2026 01:00:00 GMT</pubDate><content:encoded><![CDATA[{text}]]></content:encoded></item>"
        for number, text in texts.items()
    )
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Paper</title>"
        f"<link>http://paper.example/</link>{items}</channel></rss>"
    ).encode()


def run(folder: Path, now: datetime) -> None:
    with open_run(folder, [FeedSpec(url=FEED, name="Paper")], now=now, force=True) as started:
        started.poll()
        started.plan()
        started.acquire()
        started.load()
        assert started.check() == []


@pytest.fixture(scope="module")
def server() -> Iterator[NewsServer]:
    with NewsServer() as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, server: NewsServer) -> Iterator[Path]:
    """After a run in which one page is had and the others are not, each in a way of its own."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in server.environment.items():
            environment.setenv(name, value)
        environment.setattr(stages, "RetryPolicy", lambda: RetryPolicy(max_attempts=1))
        server.add(FEED, body=feed())
        server.add("http://paper.example/robots.txt", body=f"User-agent: *\nDisallow: /story-{ROBOTS}$\n")
        html = {"Content-Type": "text/html"}
        for number in (FORBIDDEN, SHORT, TEASER):
            server.add(link(number), status=403, body=b"<p>No.</p>", headers=html)
        server.add(link(FAILING), status=500)
        server.add("http://paper.example/login", body=SIGN_IN, headers=html)
        server.redirect(link(LOGIN), "/login")
        server.redirect(link(OTHER_LOGIN), "/login")
        server.add(link(GONE), status=410)
        server.add(link(RESET), behaviour=Behaviour.RESET)
        server.add(link(LIMITED), status=429, headers={"Retry-After": "7200"})
        server.add(link(HAD), body=page(HAD), headers=html)
        folder = tmp_path_factory.mktemp("stand-ins")
        run(folder, NOW)
        yield folder


@pytest.mark.parametrize(
    ("number", "outcome", "source", "is_tried_again"),
    [
        pytest.param(ROBOTS, "robots", "feed", False, id="robots"),
        pytest.param(FORBIDDEN, "blocked", "feed", True, id="blocked"),
        pytest.param(FAILING, "server_error", "feed", True, id="server-error"),
        pytest.param(LOGIN, "login_wall", "feed", False, id="login-wall"),
        pytest.param(OTHER_LOGIN, "login_wall", "feed", False, id="the-same-login-page-for-another-story"),
        pytest.param(RESET, "connection_failed", "feed", True, id="reset"),
        pytest.param(LIMITED, "rate_limited", "feed", True, id="rate-limited"),
        pytest.param(SHORT, "blocked", None, True, id="too-short-a-text-is-a-summary"),
        pytest.param(TEASER, "blocked", None, True, id="a-text-that-breaks-off-is-a-teaser"),
        pytest.param(GONE, "gone", None, False, id="gone-is-gone"),
        pytest.param(HAD, "loaded", "page", False, id="a-page-that-was-had"),
    ],
)
def test_the_feeds_text_stands_in_and_the_status_tells_that_the_page_was_not_had(
    folder: Path, number: int, outcome: str, source: str | None, is_tried_again: bool
) -> None:
    ((told, reason, retried, held, body, url),) = ask(
        folder,
        "select u.outcome, u.reason, u.next_try_at is not null, a.body_source, a.body, a.url "
        f"from url_status as u left join articles as a using (article_id) where u.url = '{link(number)}'",
    )
    assert (told, retried, held) == (outcome, is_tried_again, source)
    assert ("the feed's own text stands in" in reason) == (source == "feed")
    if source == "feed":
        assert f"In town {number} the ferry left" in body
        assert url == link(number)  # and not the wall that it led to


def test_a_second_try_that_fails_too_keeps_the_text_and_tells_the_newer_trouble(
    folder: Path, server: NewsServer
) -> None:
    server.add(link(FORBIDDEN), status=503)
    run(folder, LATER)
    assert ask(
        folder,
        "select u.outcome, a.body_source, a.version_count from url_status as u join articles as a using (article_id) "
        f"where u.url = '{link(FORBIDDEN)}'",
    ) == [("server_error", "feed", 1)]


def test_the_page_takes_the_place_of_the_text_without_an_edit(folder: Path, server: NewsServer) -> None:
    for number in (FORBIDDEN, FAILING, RESET, LIMITED):
        server.add(link(number), body=page(number), headers={"Content-Type": "text/html"})
    before = ask(folder, "select url, article_id from articles order by url")
    run(folder, LATER.replace(hour=13))
    had = f"('{link(FORBIDDEN)}', '{link(FAILING)}', '{link(RESET)}', '{link(LIMITED)}')"
    assert ask(folder, f"select distinct body_source, version_count from articles where url in {had}") == [("page", 1)]
    assert ask(folder, f"select distinct outcome, next_try_at from url_status where url in {had}") == [("loaded", None)]
    assert ask(folder, "select url, article_id from articles order by url") == before


def test_the_archive_gives_the_same_stand_ins(folder: Path, tmp_path: Path) -> None:
    importing(tmp_path / "imported", folder / "data" / "archive")
    assert contents(tmp_path / "imported") == contents(folder / "data")
