"""What servers see of a run, over real runs: pauses, waits, robots.txt for feeds, and the checks that replay them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from flows.feeds_file import FeedSpec
from flows.stages import RunSummary
from tests.factories import a_run
from tests.flows.test_stages import NOW, ask, link, open_run, page, rss
from tests.news_server import NewsServer, Resource
from warehouse.connection import ensure_schema, open_writer
from warehouse.forget import suppress, target_of

HTML = {"Content-Type": "text/html"}
FEEDS = [f"http://{host}paper.news/{name}.xml" for host, name in (("", "a"), ("www.", "b"), ("feeds.", "c"))]
PAUSE = 0.15


def run_once(folder: Path, feeds: list[FeedSpec], server: NewsServer, **options: object) -> RunSummary:
    """One run, of which every check holds."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        with open_run(folder, feeds, force=True, **options) as run:
            run.poll()
            run.plan()
            run.acquire()
            run.load()
            assert run.check() == []
            return run.summarise()


def news(server: NewsServer) -> None:
    """Three feeds on hosts of one site, with a redirect, a refusal that is over soon, and pages that are late."""
    server.add("http://paper.news/robots.txt", body="User-agent: *\nDisallow: /closed", latency_seconds=0.1)
    server.add(FEEDS[0], body=rss("http://paper.news/1", "http://paper.news/closed/2"), latency_seconds=0.1)
    server.redirect(FEEDS[1], "http://paper.news/moved.xml")
    server.add("http://paper.news/moved.xml", body=rss("http://www.paper.news/3"))
    busy = Resource(status=503, headers={"Retry-After": "0"})
    server.add_in_turn(FEEDS[2], [busy, Resource(body=rss("http://paper.news/4"), latency_seconds=0.1)])
    server.redirect("http://paper.news/4", "http://www.paper.news/5", status=301)
    for number, host in ((1, ""), (3, "www."), (5, "www.")):
        server.add(f"http://{host}paper.news/{number}", body=page(number), headers=HTML, latency_seconds=0.1)


def test_a_server_sees_one_request_at_a_time_and_the_whole_pause_between_two(tmp_path: Path) -> None:
    with NewsServer() as server:
        news(server)
        run_once(tmp_path, [FeedSpec(url=url) for url in FEEDS], server, per_host_interval=PAUSE)
    starts = [request.at for request in server.requests]
    assert len(starts) == 12  # three robots.txt; three feeds, one moved and one retried; three pages, one moved
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) >= PAUSE
    ends = [at for _, at in server.ends]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert ask(tmp_path, "select count(*) from articles") == [(3,)]


def test_a_quiet_run_asks_each_feed_once_and_conditionally_and_nothing_else(tmp_path: Path) -> None:
    """No robots.txt is read twice a day."""
    with NewsServer() as server:
        server.add("http://paper.news/robots.txt", body="User-agent: *\nDisallow: /closed")
        server.add(FEEDS[0], body=rss("http://paper.news/1"), headers={"ETag": '"1"'})
        server.add("http://paper.news/1", body=page(1), headers=HTML)
        run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server)
        asked = len(server.requests)
        run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server, now=NOW + timedelta(hours=22))
        assert server.urls()[asked:] == [FEEDS[0]]
        run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server, now=NOW + timedelta(hours=25))
        assert server.urls()[asked + 1 :] == ["http://paper.news/robots.txt", FEEDS[0]]
    rows = ask(tmp_path, "select validator_use, status from fetches where purpose = 'feed' order by started_at")
    assert rows == [("none", 200), ("sent", 304), ("sent", 304)]


@pytest.mark.parametrize(
    ("etag", "sent"),
    [
        pytest.param('W/"1;br"', 'W/"1;br"', id="as-it-is"),
        pytest.param('"a\x7f"', None, id="delete"),
        pytest.param('"a\x01"', None, id="control"),
    ],
)
def test_a_validator_that_cannot_be_sent_does_not_end_a_feed(tmp_path: Path, etag: str, sent: str | None) -> None:
    with NewsServer() as server:
        server.add("http://paper.news/robots.txt", body=CLOSED.replace(b"a.xml", b"b.xml"))
        server.add(FEEDS[0], body=rss(), headers={"ETag": etag})
        for hours in (0, 1):
            run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server, now=NOW + timedelta(hours=hours))
    assert [request.headers.get("if-none-match") for request in server.requests if request.url == FEEDS[0]] == [
        None,
        sent,
    ]
    assert ask(tmp_path, "select state, etag from feeds join ops.feed_state using (feed_id)") == [("ok", sent)]


@pytest.mark.parametrize("body", [pytest.param(b"", id="nothing"), pytest.param(b" \n", id="blank")])
@pytest.mark.parametrize("is_known", [pytest.param(False, id="a-new-feed"), pytest.param(True, id="a-known-feed")])
def test_an_empty_answer_is_a_failure_whose_validators_are_not_kept(
    tmp_path: Path, is_known: bool, body: bytes
) -> None:
    with NewsServer() as server:
        server.add(FEEDS[0], body=rss(), headers={"ETag": '"whole"'})
        feeds = [FeedSpec(url=FEEDS[0])]
        if is_known:
            run_once(tmp_path, feeds, server)
        server.add(FEEDS[0], body=body, headers={"ETag": '"empty"'})
        run_once(tmp_path, feeds, server, now=NOW + timedelta(hours=1))
    polls = ask(tmp_path, "select result, error_class from fct_polls order by polled_at")
    assert polls[-1] == ("failed", "bad_content")
    (failing,) = ask(tmp_path, "select state, etag from feeds join ops.feed_state using (feed_id)")
    assert failing == ("failing", '"whole"' if is_known else None)


@pytest.mark.parametrize(
    ("moves_to", "kept"),
    [
        pytest.param("http://paper.news/moved.xml", '"1"', id="the-same-host"),
        pytest.param("http://other.news/moved.xml", None, id="another-host"),
    ],
)
def test_the_validators_of_a_host_that_a_feed_led_to_are_not_kept(
    tmp_path: Path, moves_to: str, kept: str | None
) -> None:
    with NewsServer() as server:
        server.redirect(FEEDS[0], moves_to)
        server.add(moves_to, body=rss(), headers={"ETag": '"1"'})
        run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server)
    assert ask(tmp_path, "select etag from ops.feed_state") == [(kept,)]


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [
        pytest.param(Resource(status=503), 1, id="503"),
        pytest.param(Resource(status=500), 1, id="500"),
        pytest.param(Resource(status=503, headers={"Retry-After": "0"}), 2, id="503-that-names-a-time"),
    ],
)
def test_a_feed_whose_server_is_in_trouble_is_left_to_a_later_run(
    tmp_path: Path, trouble: Resource, attempts: int
) -> None:
    with NewsServer() as server:
        server.add_in_turn(FEEDS[0], [trouble, Resource(body=rss())])
        run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server)
        assert server.urls().count(FEEDS[0]) == attempts


@pytest.mark.parametrize(
    ("now_there", "validators", "asked", "results"),
    [
        pytest.param(Resource(body=rss(), headers={"ETag": '"1"'}), ("1", "1"), 1, {"unchanged"}, id="as-before"),
        pytest.param(Resource(body=rss(link(1)), headers={"ETag": '"2"'}), ("1", "1"), 1, {"listed"}, id="changed"),
        pytest.param(
            Resource(body=rss(), headers={"ETag": '"1"'}), ("0", "0"), 2, {"unchanged"}, id="other-validators"
        ),
    ],
)
def test_feeds_that_moved_to_one_address_are_asked_there_once(
    tmp_path: Path, now_there: Resource, validators: tuple[str, str], asked: int, results: set[str]
) -> None:
    with NewsServer() as server:
        for url in FEEDS:
            server.add(url, body=rss(), headers={"ETag": '"1"'})
        feeds = [FeedSpec(url=url, fetch="feed") for url in FEEDS]
        run_once(tmp_path, feeds, server)
        with open_writer(tmp_path / "data" / "newsledger.duckdb", wait_seconds=0) as connection:
            for url, validator in zip(FEEDS[1:], validators, strict=True):
                state = "update ops.feed_state set adopted_url = ?, etag = ? where feed_id in "
                connection.execute(
                    f"{state} (select feed_id from feeds where url = ?)", [FEEDS[0], f'"{validator}"', url]
                )
        server.add_in_turn(FEEDS[0], [now_there])
        before = len(server.requests)
        run_once(tmp_path, feeds, server, now=NOW + timedelta(hours=1))
        assert server.urls()[before:] == [FEEDS[0]] * asked
    later = f"polled_at > timestamptz '{NOW + timedelta(minutes=30)}'"
    polls = ask(tmp_path, f"select result from fct_polls where {later}")
    assert (len(polls), {result for (result,) in polls}) == (3, results)
    rows = ask(tmp_path, f"select url from fct_fetches where purpose = 'feed' and {later.replace('polled', 'started')}")
    assert rows == [(FEEDS[0],)] * asked


def test_a_time_that_a_server_named_binds_the_next_run_for_all_that_it_asks(tmp_path: Path) -> None:
    with NewsServer() as server:
        refusal = {"status": 503, "headers": {"Retry-After": "3600"}}
        server.add("http://paper.news/robots.txt", **refusal)
        server.add(FEEDS[0], body=rss("http://paper.news/1"))
        server.add("http://paper.news/1", body=page(1), headers=HTML)
        feeds = [FeedSpec(url=FEEDS[0])]
        run_once(tmp_path, feeds, server)
        run_once(tmp_path, feeds, server, now=NOW + timedelta(minutes=50))
        assert server.urls() == ["http://paper.news/robots.txt", FEEDS[0], FEEDS[0]]
        (reason,) = ask(tmp_path, "select reason from url_status")[0]
        assert "it could not be read" in str(reason)
        server.add("http://paper.news/robots.txt", status=404)
        run_once(tmp_path, feeds, server, now=NOW + timedelta(minutes=180))
        assert server.urls()[-1] == "http://paper.news/1"


CLOSED = b"User-agent: newsledger\nDisallow: /a.xml\n"


@pytest.mark.parametrize(
    ("robots", "moves_to", "suppressed", "outcome", "reason"),
    [
        pytest.param(
            CLOSED,
            None,
            None,
            "robots",
            "the site's robots.txt decides: Disallow: /a.xml (robots.txt names newsledger)",
            id="closed",
        ),
        pytest.param(
            CLOSED.replace(b"a.xml", b"moved"),
            "http://paper.news/moved.xml",
            None,
            "robots",
            "the site's robots.txt decides: Disallow: /moved (robots.txt names newsledger)",
            id="closed-behind-a-redirect",
        ),
        pytest.param(
            b"", "http://gone.news/a.xml", "gone.news", "suppressed", "On request.", id="suppressed-behind-a-redirect"
        ),
    ],
)
def test_a_feed_that_must_not_be_asked_says_why(
    tmp_path: Path, robots: bytes, moves_to: str | None, suppressed: str | None, outcome: str, reason: str
) -> None:
    with NewsServer() as server:
        server.add("http://paper.news/robots.txt", body=robots)
        server.add(FEEDS[0], body=rss(link(1)))
        if moves_to is not None:
            server.redirect(FEEDS[0], moves_to, status=301)
            server.add(moves_to, body=rss(link(1)))
        if suppressed is not None:
            suppress_site(tmp_path, suppressed)
        run_once(tmp_path, [FeedSpec(url=FEEDS[0])], server)
        assert (moves_to or FEEDS[0]) not in server.urls()
    state = "select state, reason, next_poll_at > last_polled_at + interval 24 hours from feeds"
    assert ask(tmp_path, state) == [("failing", reason, outcome == "robots")]
    assert ask(tmp_path, "select error_class from fct_polls") == [(outcome,)]


def suppress_site(folder: Path, site: str) -> None:
    path = folder / "data" / "newsledger.duckdb"
    ensure_schema(path, wait_seconds=0, now=NOW)
    with open_writer(path, wait_seconds=0) as connection:
        suppress(connection, target_of(site), reason="On request.", run=a_run("forget-1", trigger="forget"))


NEWS_MAP = "http://paper.news/news-sitemap.xml"


def sitemap(*numbers: int) -> bytes:
    """Stories of the day between two polls, two before them, and one of another section."""
    urls = [(f"http://paper.news/city/{number}", NOW + timedelta(hours=number)) for number in numbers]
    urls += [("http://paper.news/city/old", NOW - timedelta(days=1)), ("http://paper.news/sport/1", NOW)]
    listed = "".join(
        f"<url><loc>{url}</loc><n:news><n:publication_date>{at.isoformat()}</n:publication_date></n:news></url>"
        for url, at in urls
    )
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{listed}</urlset>"
    ).encode()


@pytest.mark.parametrize(
    ("robots", "is_followed", "witness", "missed"),
    [
        pytest.param(f"Sitemap: {NEWS_MAP}", False, NEWS_MAP, {3, 4, 5}, id="named-by-robots-txt"),
        pytest.param("", True, NEWS_MAP, {3, 4, 5, "old", "sport"}, id="a-feed-of-the-users"),
        pytest.param("", False, None, set(), id="there-is-none"),
        pytest.param(f"Sitemap: {NEWS_MAP}\nUser-agent: *\nDisallow: /news-", False, None, set(), id="closed"),
    ],
)
def test_after_a_gap_the_news_sitemap_is_asked_what_came_in_between(
    tmp_path: Path, robots: str, is_followed: bool, witness: str | None, missed: set[object]
) -> None:
    with NewsServer() as server:
        server.add("http://paper.news/robots.txt", body=robots)
        server.add(FEEDS[0], body=rss("http://paper.news/city/1", "http://paper.news/city/2"))
        feed = FeedSpec(url=FEEDS[0])
        run_once(tmp_path, [feed], server)
        server.add(FEEDS[0], body=rss("http://paper.news/city/6", "http://paper.news/city/7"))
        server.add(NEWS_MAP, body=sitemap(3, 4, 5))
        feeds = [feed, FeedSpec(url=NEWS_MAP)] if is_followed else [feed]
        run_once(tmp_path, feeds, server, now=NOW + timedelta(days=1))
        assert server.urls().count(NEWS_MAP) == (witness is not None)
    (gap,) = ask(tmp_path, "select feed_url, witness_url, witnessed_count from feed_gaps")
    assert gap == (FEEDS[0], witness, 3 if witness else None)
    standing = f"select state, next_poll_at is null from feeds where url = '{NEWS_MAP}'"
    state = [("ok", False)] if is_followed else [("witness", True)] if NEWS_MAP in robots else []
    assert ask(tmp_path, standing) == state
    named = ask(tmp_path, f"select entry_url from sightings where feed_url = '{NEWS_MAP}'")
    assert len(named) == len(missed)
    asked = {url for (url,) in ask(tmp_path, "select url from fetches where purpose = 'page'")}
    assert {f"http://paper.news/city/{number}" for number in missed if isinstance(number, int)} <= asked
    if witness is not None and not is_followed:
        assert "http://paper.news/sport/1" not in asked
