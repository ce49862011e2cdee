"""Whole runs without Prefect: from feeds to tables, over a real proxy, into a real warehouse."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.acquire.exchange import Answer
from flows.acquire.pages import PageAcquirer
from flows.configuration import clock_for
from flows.demo import DemoSite
from flows.feeds_file import FeedSpec, read_feeds_file
from flows.progress import NoProgress
from flows.report import RunSummary, budget_sentence, summary_as_dict
from flows.settings import resolve_settings
from flows.stages import IngestRun, RunRequest
from tests.news_server import Behaviour, NewsServer
from transforms.errors import ArchiveUnwritable, NetworkDown, RunInProgress, WarehouseBusy
from transforms.records import DuePage
from warehouse.connection import open_reader
from warehouse.stage import Batch, batch_file, stage_batch

NOW = datetime(2026, 10, 16, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 10, 16, 10, 0, tzinfo=UTC)
FEED = "http://paper.example/rss.xml"

Ingest = Callable[..., RunSummary]


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """Runs all stages; `environment` names the proxy."""

    def run(
        feeds: list[FeedSpec], environment: dict[str, str], *, now: datetime = NOW, force: bool = False, **flags: object
    ) -> RunSummary:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with open_run(tmp_path, feeds, now=now, force=force, **flags) as started:
            started.poll()
            started.plan()
            started.acquire()
            started.load()
            started.check()
            return started.summarise()

    return run


def open_run(
    folder: Path, feeds: list[FeedSpec], *, now: datetime = NOW, force: bool = False, **flags: object
) -> IngestRun:
    settings = resolve_settings(
        flags={"data_dir": folder / "data", "per_host_interval": 0, "workers": 1, "warehouse_wait": 0.2, **flags},
        environ={},
        file_values={},
        file_sources={},
        base=folder,
    ).settings
    return IngestRun(
        RunRequest(settings=settings, feeds=feeds, force=force), clock=clock_for(now), progress=NoProgress()
    )


def ask(folder: Path, question: str) -> list[tuple[object, ...]]:
    with open_reader(folder / "data" / "newsledger.duckdb", wait_seconds=1) as connection:
        return connection.execute(question).fetchall()


@contextmanager
def held_open(path: Path) -> Iterator[None]:
    """Another process has the file open for reading, as an analyst's shell does."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == b"1\n"
        yield
        shell.kill()


def rss(*links: str) -> bytes:
    items = "".join(
        f"<item><title>Story {number}</title><link>{link}</link><guid isPermaLink='false'>{link}</guid>"
        f"<pubDate>Fri, 16 Oct 2026 0{number}:00:00 GMT</pubDate></item>"
        for number, link in enumerate(links, start=1)
    )
    return f"<rss version='2.0'><channel><title>Paper</title><link>http://paper.example/</link>{items}</channel></rss>".encode()


def page(number: int) -> bytes:
    words = " ".join(f"word{number}x{i}" for i in range(12))
    paragraphs = "".join(
        f"<p>The council of town {number} met again and {words} said the mayor, who spoke for part {part}.</p>"
        for part in range(8)
    )
    return (
        f"<html lang='en'><head><title>Story {number}</title></head><body><main><article><h1>Story {number}</h1>"
        f"{paragraphs}</article></main></body></html>"
    ).encode()


def link(number: int) -> str:
    return f"http://paper.example/story-{number}"


def paper(server: NewsServer, count: int = 3) -> list[FeedSpec]:
    """A paper with so many stories and a feed that lists them."""
    server.add(FEED, body=rss(*(link(n) for n in range(1, count + 1))), headers={"ETag": '"1"'})
    for number in range(1, count + 1):
        server.add(link(number), body=page(number), headers={"Content-Type": "text/html"})
    return [FeedSpec(url=FEED, name="Paper")]


def demo_feeds() -> list[FeedSpec]:
    return list(read_feeds_file(DemoSite.feeds_file).feeds)


# ---------------------------------------------------------------- the ordinary run


def test_two_editions_of_the_demo_site_become_articles_versions_and_outcomes(tmp_path: Path, ingest: Ingest) -> None:
    with DemoSite(edition=1) as site:
        environment = {"HTTP_PROXY": site.proxy_url, "NO_PROXY": ""}
        first = ingest(demo_feeds(), environment)
        site.print_edition(2)
        second = ingest(demo_feeds(), environment, now=LATER, force=True)
    assert {str(outcome): count for outcome, count in first.report.totals.items()} == {"loaded": 10, "robots": 1}
    assert {str(outcome): count for outcome, count in second.report.totals.items()} == {
        "loaded": 4,
        "revised": 2,
        "gone": 1,
    }
    assert not first.offences
    assert not second.offences
    assert ask(tmp_path, "select count(*), count(distinct article_id) from articles") == [(14, 14)]
    assert ask(tmp_path, "select count(*) from article_versions") == [(16,)]
    assert ask(tmp_path, "select headline from articles where not is_live") == [
        ("Night clinic at St Brannoc\u2019s to close in January",)
    ]
    assert ask(tmp_path, "select distinct language from articles order by 1") == [("de",), ("en",), ("es",)]


def test_asking_again_at_once_fetches_no_page_and_changes_no_table(tmp_path: Path, ingest: Ingest) -> None:
    tables = ("articles", "article_versions", "paragraphs", "outcomes", "url_status")
    with DemoSite() as site:
        environment = {"HTTP_PROXY": site.proxy_url, "NO_PROXY": ""}
        ingest(demo_feeds(), environment)
        before = {table: sorted(map(repr, ask(tmp_path, f"from {table}"))) for table in tables}
        again = ingest(demo_feeds(), environment, now=LATER, force=True)
    assert not again.report.totals
    assert {table: sorted(map(repr, ask(tmp_path, f"from {table}"))) for table in tables} == before
    asked = f"from fetches where run_id = '{again.run_id}'"
    assert ask(tmp_path, f"select purpose, bool_and(was_conditional), count(*) {asked} group by all") == [
        ("feed", True, 4)
    ]


def test_feeds_that_are_not_due_are_not_asked(ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        ingest(feeds, server.environment)
        asked = len(server.requests)
        again = ingest(feeds, server.environment)
        assert (again.feeds_polled, again.feeds_not_due) == (0, 1)
        assert len(server.requests) == asked


# ---------------------------------------------------------------- one page, several addresses


def test_a_page_listed_under_its_own_and_a_redirecting_address_is_fetched_once(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server, count=1)
        server.add(FEED, body=rss("http://go.example/1", link(1), "http://go.example/again"))
        server.add("http://go.example/1", status=302, headers={"Location": link(1)})
        server.add("http://go.example/again", status=301, headers={"Location": link(1)})
        ingest(feeds, server.environment)
        assert [request.url for request in server.requests].count(link(1)) == 1
    assert ask(tmp_path, "select count(*) from articles") == [(1,)]
    assert sorted(ask(tmp_path, "select outcome from url_status")) == [("duplicate",), ("duplicate",), ("loaded",)]
    assert ask(tmp_path, "select count(distinct article_id) from url_status") == [(1,)]


def test_an_address_that_leads_to_a_refused_page_shares_its_outcome(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server, count=1)
        server.add("http://paper.example/robots.txt", body=b"User-agent: *\nDisallow: /story-1\n")
        server.add(FEED, body=rss("http://go.example/1", link(1)))
        server.add("http://go.example/1", status=302, headers={"Location": link(1)})
        ingest(feeds, server.environment)
        assert link(1) not in [request.url for request in server.requests]
    assert ask(tmp_path, "select distinct outcome from url_status") == [("robots",)]


def test_two_listed_addresses_that_redirect_to_each_other_are_a_loop(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        here, there = "http://here.example/", "http://there.example/"
        server.add(FEED, body=rss(here, there))
        server.add(here, status=302, headers={"Location": there})
        server.add(there, status=302, headers={"Location": here})
        ingest([FeedSpec(url=FEED)], server.environment)
    assert ask(tmp_path, "select distinct outcome from url_status") == [("redirect_loop",)]


def test_an_article_whose_guid_gets_a_new_link_and_one_that_redirects_for_good_have_moved(
    tmp_path: Path, ingest: Ingest
) -> None:
    def listing(first: str, titles: str) -> bytes:
        return (
            rss(first, link(2)).replace(f">{first}</guid>".encode(), b">17</guid>").replace(b"Story", titles.encode())
        )

    with NewsServer() as server:
        feeds = paper(server, count=2)
        server.add(FEED, body=listing(link(1), "Story"))
        ingest(feeds, server.environment)
        server.add(FEED, body=listing(link(7), "The story"))
        server.add(link(7), body=page(1), headers={"Content-Type": "text/html"})
        server.add(link(2), status=301, headers={"Location": link(8)})
        server.add(link(8), body=page(2), headers={"Content-Type": "text/html"})
        ingest(feeds, server.environment, now=LATER, force=True)
    assert ask(tmp_path, "select url from articles order by url") == [(link(7),), (link(8),)]
    assert ask(tmp_path, "select url, evidence from aliases order by url") == [
        (link(1), "feed link"),
        (link(2), "feed link"),
        (link(7), "moved"),
        (link(8), "moved"),
    ]


def test_a_feed_whose_guids_churn_is_known_by_its_links_and_doubles_nothing(tmp_path: Path, ingest: Ingest) -> None:
    opened = "select count(*) from sightings where run_id = (select max_by(run_id, started_at) from runs)"
    sightings = []
    with NewsServer() as server:
        feeds = paper(server, count=4)
        for poll, count in enumerate((3, 3, 3, 3, 4)):
            listed = rss(*(link(number) for number in range(1, count + 1)))
            server.add(FEED, body=listed.replace(b"</guid>", f"?poll={poll}</guid>".encode()))
            ingest(feeds, server.environment, now=NOW + timedelta(hours=poll), force=True)
            sightings += ask(tmp_path, opened)
        assert [server.urls().count(link(number)) for number in range(1, 5)] == [1, 1, 1, 1]
    assert ask(tmp_path, "select guid_trust from feeds") == [("churns",)]
    # the second poll shows the churn, the third names the entries by their links, and then only what is new comes
    assert sightings == [(3,), (3,), (3,), (0,), (1,)]
    assert ask(tmp_path, "select count(*), count(distinct url) from articles") == [(4, 4)]


# ---------------------------------------------------------------- trouble


def test_without_network_the_run_fails_and_no_failure_is_counted(
    tmp_path: Path, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        ingest(feeds, server.environment)
        environment = {name: value for name, value in server.environment.items() if name != "SSL_CERT_FILE"}
    monkeypatch.delenv("SSL_CERT_FILE")
    before = ask(tmp_path, "select state, failures, next_poll_at from feeds")
    with pytest.raises(NetworkDown, match="No feed could be reached"):
        ingest(feeds, environment, force=True)
    assert ask(tmp_path, "select state, failures, next_poll_at from feeds") == before


def test_a_dead_feed_is_a_row_and_the_others_go_on(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = [
            *paper(server),
            FeedSpec(url="http://gone.example/rss"),
            FeedSpec(url="http://page.example/rss"),
            FeedSpec(url="http://silent.example/rss"),
        ]
        server.add("http://gone.example/rss", status=404)
        server.add("http://page.example/rss", body=b"<!doctype html><html><body>We moved</body></html>")
        server.add("http://silent.example/rss", behaviour=Behaviour.RESET)
        summary = ingest(feeds, server.environment)
    assert {feed.url: feed.result for feed in summary.report.feeds} == {
        FEED: "listed",
        "http://gone.example/rss": "failed",
        "http://page.example/rss": "failed",
        "http://silent.example/rss": "failed",
    }
    assert sorted(ask(tmp_path, "select url, state from feeds where state != 'ok'")) == [
        ("http://gone.example/rss", "failing"),
        ("http://page.example/rss", "failing"),
        ("http://silent.example/rss", "failing"),
    ]


def test_a_feed_that_turned_into_a_page_keeps_its_validators(ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        ingest(feeds, server.environment)
        server.add(FEED, body=b"<!doctype html><html><body>Down</body></html>", headers={"ETag": '"page"'})
        ingest(feeds, server.environment, force=True)
        ingest(feeds, server.environment, force=True)
        asked_with = [request.headers.get("if-none-match") for request in server.requests if request.url == FEED]
    assert asked_with == [None, '"1"', '"1"']


def test_a_warehouse_in_use_keeps_the_batches_and_a_later_run_loads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in the spool counts meanwhile: nobody is asked for it again."""
    path = tmp_path / "data" / "newsledger.duckdb"
    with NewsServer() as server:
        feeds = paper(server)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        with open_run(tmp_path, feeds) as run:
            run.poll()
            run.plan()
            run.acquire()
            with held_open(path), pytest.raises(WarehouseBusy):
                run.load()
        asked = len(server.requests)
        with held_open(path):
            with open_run(tmp_path, feeds) as run:
                assert run.poll() == 0
            with open_run(tmp_path, feeds, force=True) as run:
                assert run.poll() == 1
                assert run.plan() == 0
                with pytest.raises(WarehouseBusy):
                    run.load()
        assert [request.url for request in server.requests[asked:]] == [FEED]
        assert ask(tmp_path, "select count(*) from articles") == [(0,)]
        with open_run(tmp_path, feeds):
            pass
    assert ask(tmp_path, "select count(*) from articles") == [(3,)]
    assert ask(tmp_path, "select count(*) from runs") == [(3,)]
    assert not list((tmp_path / "data" / "spool").iterdir())


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with open_run(tmp_path, []), pytest.raises(RunInProgress), open_run(tmp_path, []):
        pass


def test_pages_beyond_the_runs_time_are_deferred_and_come_first_next_time(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        ingest(feeds, server.environment, max_run_minutes=1e-9)
        assert sorted(ask(tmp_path, "select distinct outcome from url_status")) == [("deferred",)]
        ingest(feeds, server.environment, now=LATER)
    assert ask(tmp_path, "select outcome, count(*) from url_status group by 1") == [("loaded", 3)]


def test_a_run_that_its_budget_ends_says_so_and_what_it_leaves_waits_with_that_reason(
    tmp_path: Path, ingest: Ingest
) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        cut = ingest(feeds, server.environment, max_run_minutes=1e-9, max_entries_per_feed=2)
        again = ingest(feeds, server.environment, now=LATER, max_run_minutes=1e-9, force=True)
        whole = ingest(feeds, server.environment, now=LATER)
    assert (cut.left_out, again.left_out, whole.left_out) == (2, 2, 0)
    assert "ended before 2 pages were asked for" in budget_sentence(cut)
    assert summary_as_dict(cut)["left_out"] == 2
    assert budget_sentence(whole) == ""
    (feed,) = cut.report.feeds
    assert feed.reason == "only the first 2 of 3 entries were read (max_entries_per_feed); left out: 1"
    deferrals = "select distinct run_id, stage, reason from outcomes where outcome = 'deferred' order by run_id"
    reason = "The run's time (max_run_minutes) ended before the page was asked for."
    assert ask(tmp_path, deferrals) == [(run.run_id, "plan", reason) for run in (cut, again)]
    assert ask(tmp_path, "select outcome, failures, count(*) from url_status group by all") == [("loaded", 0, 2)]


def test_a_recheck_beyond_the_runs_time_is_asked_for_next_time(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server, count=1)
        ingest(feeds, server.environment)
        server.add(FEED, body=rss(link(1)).replace(b"Story 1", b"Story one"))
        server.add(link(1), body=page(2), headers={"Content-Type": "text/html"})
        ingest(feeds, server.environment, now=LATER, force=True, max_run_minutes=1e-9)
        assert ask(tmp_path, "select count(*) from article_versions") == [(1,)]
        last = ingest(feeds, server.environment, now=LATER)
        assert (last.feeds_polled, ask(tmp_path, "select count(*) from article_versions")) == (0, [(2,)])
        asked = len(server.requests)
        ingest(feeds, server.environment, now=LATER)
        assert len(server.requests) == asked


def test_what_a_run_deferred_is_asked_for_by_a_replay_from_the_same_time(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        ingest(feeds, server.environment, now=LATER, max_run_minutes=1e-9)
        ingest(feeds, server.environment, now=NOW)
    assert ask(tmp_path, "select outcome, count(*) from url_status group by 1") == [("loaded", 3)]


def test_a_forced_run_asks_no_feed_before_its_retry_after(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        server.add(FEED, status=429, headers={"Retry-After": "7200"})
        ingest(feeds, server.environment)
        asked = len(server.requests)
        assert ingest(feeds, server.environment, now=LATER, force=True).feeds_polled == 0
        assert len(server.requests) == asked
        assert ingest(feeds, server.environment, now=LATER + timedelta(hours=2), force=True).feeds_polled == 1


def test_a_damaged_batch_is_set_aside_when_the_warehouse_can_be_written_again(tmp_path: Path) -> None:
    spool = tmp_path / "data" / "spool"
    with open_run(tmp_path, []):
        pass
    damaged = stage_batch(spool, Batch(batch_id="1"))
    batch_file(damaged, "runs").write_bytes(b"PAR1")
    with held_open(tmp_path / "data" / "newsledger.duckdb"), open_run(tmp_path, []) as run:
        assert run.poll() == 0
        assert run.plan() == 0
        assert damaged.is_dir()
    with open_run(tmp_path, []):
        assert (spool / ".damaged-1").is_dir()
        assert not damaged.exists()


def test_a_run_sweeps_up_the_unfinished_batches_of_killed_runs(tmp_path: Path) -> None:
    leftover = tmp_path / "data" / "spool" / ".tmp-killed"
    leftover.mkdir(parents=True)
    with open_run(tmp_path, []):
        assert not leftover.exists()


def test_acquiring_twice_asks_for_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        with open_run(tmp_path, feeds) as run:
            run.poll()
            assert run.plan() == 3
            assert run.acquire() == 3
            asked = len(server.requests)
            assert run.acquire() == 3
            assert len(server.requests) == asked


# ---------------------------------------------------------------- politeness over a whole run


def test_a_crawl_delay_is_kept_from_a_sites_second_request_on(tmp_path: Path, ingest: Ingest) -> None:
    """Two feeds, a redirector and pages on the hosts of one site, a pace of nought: only robots.txt asks for more."""
    first, second, redirector = "http://paper.news/rss.xml", "http://www.paper.news/more.xml", "http://go.paper.news/1"
    pages = ["http://paper.news/story-1", "http://paper.news/story-2"]
    with NewsServer() as server:
        for host in ("paper.news", "www.paper.news"):
            server.add(f"http://{host}/robots.txt", body=b"User-agent: *\nCrawl-delay: 0.4\n")
        server.add(first, body=rss(redirector))
        server.add(second, body=rss(pages[1]))
        server.redirect(redirector, pages[0])
        for number, url in enumerate(pages, start=1):
            server.add(url, body=page(number), headers={"Content-Type": "text/html"})
        feeds = [FeedSpec(url=first), FeedSpec(url=second)]
        ingest(feeds, server.environment)
        ingest(feeds, server.environment, now=LATER, force=True)
    assert ask(tmp_path, "select count(*) from articles") == [(2,)]
    gaps = {
        later.url: later.at - earlier.at
        for earlier, later in itertools.pairwise(server.requests)
        if not later.url.endswith("/robots.txt")
    }
    assert set(gaps) == {first, second, redirector, *pages}
    assert min(gaps.values()) >= 0.35


def test_many_redirecting_pages_and_little_room_do_not_block_each_other(
    tmp_path: Path, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.stages.BODIES_IN_MEMORY", 1)
    with NewsServer() as server:
        listed = []
        for number in range(1, 7):
            old, new = f"http://old{number}.example/a", f"http://new{number}.example/a"
            server.redirect(old, new)
            server.add(new, body=page(number), headers={"Content-Type": "text/html"})
            listed.append(old)
        server.add(FEED, body=rss(*listed))
        ingest([FeedSpec(url=FEED)], server.environment)
    assert ask(tmp_path, "select outcome, count(*) from url_status group by 1") == [("loaded", 6)]


# ---------------------------------------------------------------- other ways to a text, and to none


def test_a_feed_whose_own_text_is_wanted_is_the_only_thing_that_is_asked_for(tmp_path: Path, ingest: Ingest) -> None:
    text = "".join(
        f"&lt;p&gt;Part {n} of what the harbour master said on Friday to the council.&lt;/p&gt;" for n in range(9)
    )
    body = rss(link(1)).replace(
        b"<guid", f"<description>Short.</description><content:encoded>{text}</content:encoded><guid".encode()
    )
    body = body.replace(b"<rss ", b"<rss xmlns:content='http://purl.org/rss/1.0/modules/content/' ")
    with NewsServer() as server:
        server.add(FEED, body=body)
        ingest([FeedSpec(url=FEED, fetch="feed")], server.environment)
        assert server.urls() == ["http://paper.example/robots.txt", FEED]
    assert ask(tmp_path, "select url, headline, body_source, word_count > 80 from articles") == [
        (link(1), "Story 1", "feed", True)
    ]


def test_trouble_that_nobody_foresaw_costs_its_item_and_not_the_run(
    tmp_path: Path, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails_for_the_second(self: PageAcquirer, due: DuePage, room: object) -> Answer:
        if due.url == link(2):
            raise KeyError("nobody foresaw this")
        return await asked(self, due, room)  # type: ignore[arg-type]

    asked = PageAcquirer._ask
    monkeypatch.setattr(PageAcquirer, "_ask", fails_for_the_second)
    with NewsServer() as server:
        ingest(paper(server), server.environment)
    assert ask(tmp_path, "select outcome from url_status order by url") == [("loaded",), ("bad_content",), ("loaded",)]
    assert ask(tmp_path, "select reason like '%KeyError%' from url_status where outcome = 'bad_content'") == [(True,)]


def test_an_archive_that_cannot_be_written_ends_the_run_with_its_own_words(tmp_path: Path, ingest: Ingest) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "archive").write_text("a file where a folder is wanted")
    with NewsServer() as server, pytest.raises(ArchiveUnwritable):
        ingest(paper(server), server.environment)


def test_a_feed_that_only_touches_itself_counts_as_unchanged(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = paper(server)
        server.add(FEED, body=rss(link(1)))
        ingest(feeds, server.environment)
        server.add(
            FEED,
            body=rss(link(1)).replace(b"<item>", b"<lastBuildDate>Fri, 16 Oct 2026 09:00:00 GMT</lastBuildDate><item>"),
        )
        summary = ingest(feeds, server.environment, force=True)
    assert [(feed.result, feed.reason) for feed in summary.report.feeds] == [
        ("unchanged", "the same entries as before")
    ]


def test_a_site_that_resets_is_no_reason_to_suspect_our_own_network(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        server.add(FEED, behaviour=Behaviour.RESET)
        ingest([FeedSpec(url=FEED)], server.environment)
    assert ask(tmp_path, "select state from feeds") == [("failing",)]


def test_the_first_whole_document_after_a_304_that_passed_over_an_entry_costs_the_validators_their_credit(
    tmp_path: Path, ingest: Ingest
) -> None:
    with NewsServer() as server:
        feeds = paper(server, count=1)
        ingest(feeds, server.environment)
        server.add(FEED, body=rss(link(1), link(2)), headers={"ETag": '"1"'})  # another document, the same ETag
        server.add(link(2), body=page(2), headers={"Content-Type": "text/html"})
        for days in (1, 8, 9):
            ingest(feeds, server.environment, now=NOW + timedelta(days=days), force=True)
    asked = [request.headers.get("if-none-match") for request in server.requests if request.url == FEED]
    assert asked == [None, '"1"', None, None]
    assert ask(tmp_path, "select count(*) from articles") == [(2,)]


def feeds_asked(server: NewsServer, since: int) -> list[str]:
    """The addresses that were asked after so many requests, robots.txt apart."""
    return [url for url in server.urls()[since:] if not url.endswith("/robots.txt")]


def test_a_feed_that_moved_for_good_is_asked_at_its_new_address_unless_pinned(tmp_path: Path, ingest: Ingest) -> None:
    new = "http://paper.example/feed"
    with NewsServer() as server:
        feeds = paper(server, count=1)
        ingest(feeds, server.environment)
        server.add(new, body=rss(link(1)), headers={"ETag": '"1"'})
        server.redirect(FEED, new, status=301)
        for days in (1, 2, 3):
            ingest(feeds, server.environment, now=NOW + timedelta(days=days), force=True)
        asked = len(server.requests)
        ingest(feeds, server.environment, now=NOW + timedelta(days=4), force=True)
        assert feeds_asked(server, asked) == [new]
        assert ask(tmp_path, "select url, adopted_url, state from feeds") == [(FEED, new, "ok")]
        asked = len(server.requests)
        pinned = [feed.model_copy(update={"pinned": True}) for feed in feeds]
        ingest(pinned, server.environment, now=NOW + timedelta(days=5), force=True)
        assert feeds_asked(server, asked) == [FEED, new]
        assert ask(tmp_path, "select url, adopted_url from feeds") == [(FEED, None)]


def test_a_document_without_a_known_entry_is_a_gap(tmp_path: Path, ingest: Ingest) -> None:
    with NewsServer() as server:
        feeds = [spec.model_copy(update={"fetch": "feed"}) for spec in paper(server)]
        ingest(feeds, server.environment)
        server.add(FEED, body=rss(link(8), link(9)))
        ingest(feeds, server.environment, now=NOW + timedelta(days=1), force=True)
    (gap,) = ask(tmp_path, "select feed_url, until - since > interval 23 hours, missed_estimate >= 1 from feed_gaps")
    assert gap == (FEED, True, True)


def test_when_most_feeds_answer_with_the_page_of_our_own_network_nothing_is_held_against_them(
    tmp_path: Path, ingest: Ingest
) -> None:
    urls = [f"http://paper{number}.example/rss" for number in range(4)]
    feeds = [FeedSpec(url=url, fetch="feed") for url in urls]
    with NewsServer() as server:
        for url in urls:
            server.add(url, body=rss(link(1)))
        ingest(feeds, server.environment)
        for url in urls[:3]:
            server.add(url, body=b"<html><body>Please sign in to the network of this hotel.</body></html>")
        ingest(feeds, server.environment, now=LATER, force=True)
    assert ask(tmp_path, "select state, failures, count(*) from feeds group by all") == [("ok", 0.0, 4)]
    assert ask(tmp_path, "select count(*) from feeds where next_poll_at > last_polled_at") == [(4,)]
