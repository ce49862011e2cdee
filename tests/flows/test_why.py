"""The story of an address, over a history of real runs: one paper, four runs, an import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from flows.cli.why import story_lines
from flows.configuration import clock_for
from flows.feeds_file import FeedSpec
from flows.imports.run import import_paths
from flows.progress import NoProgress
from flows.settings import resolve_settings
from tests.flows.cli.conftest import Newsledger, newsledger  # noqa: F401 - a fixture
from tests.flows.test_stages import FEED, NOW, link, open_run, page, rss
from tests.news_server import NewsServer
from warehouse.connection import open_reader
from warehouse.stage import Batch, stage_batch
from warehouse.suppressions import Suppression
from warehouse.why import Story, find_story, near_addresses, next_step

HOP = "http://go.example/1"
ROBOTS = "http://closed.example/story"
RETRIED = "http://shaky.example/story"
HTML = {"Content-Type": "text/html"}
LAST = NOW + timedelta(hours=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What four runs and an import left: see the table below."""
    folder = tmp_path_factory.mktemp("history")
    with NewsServer() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        for number in (1, 3, 6):
            server.add(link(number), body=page(number), headers=HTML)
        server.redirect(HOP, link(1))
        server.add(link(2), status=410)
        server.add("http://closed.example/robots.txt", body="User-agent: *\nDisallow: /\n")
        server.add(ROBOTS, body=page(4), headers=HTML)
        server.add(RETRIED, status=403, headers={"Retry-After": "5400"})
        listed = [link(1), link(2), link(3), ROBOTS, RETRIED]
        server.add(FEED, body=rss(*listed))
        _run(folder, NOW)
        listed.append(HOP)
        server.add(FEED, body=rss(*listed).replace(b"Story 3", b"Story three"))
        server.add(link(3), body=page(7), headers=HTML)
        _run(folder, NOW + timedelta(hours=1))
        server.add(RETRIED, body=page(5), headers=HTML)
        _run(folder, NOW + timedelta(hours=2))
        server.add(FEED, body=rss(*listed, link(6)).replace(b"Story 3", b"Story three"))
        _run(folder, LAST, max_run_minutes=1e-9)
    (folder / "papers").mkdir()
    (folder / "papers" / "gull.txt").write_text("The Gull\n\nHarbour\nShips.\n1 min read\n\nThe gates are open.\n")
    settings = resolve_settings(
        flags={"data_dir": folder / "data"}, environ={}, file_values={}, file_sources={}, base=folder
    ).settings
    import_paths([folder / "papers"], settings, clock=clock_for(LAST), progress=NoProgress())
    return folder


def _run(folder: Path, now: datetime, **flags: object) -> None:
    with open_run(folder, [FeedSpec(url=FEED, name="Paper")], now=now, force=True, **flags) as run:
        run.poll()
        run.plan()
        run.acquire()
        run.load()


@pytest.fixture(scope="module")
def warehouse(folder: Path) -> Iterator[DuckDBPyConnection]:
    with open_reader(folder / "data" / "newsledger.duckdb", wait_seconds=1) as connection:
        yield connection


def told(connection: DuckDBPyConnection, asked: str) -> tuple[Story, str]:
    story = find_story(connection, asked, now=LAST)
    assert story is not None
    lines = list(story_lines(story))
    assert all(len(line) <= 80 or "http" in line or "document:" in line for line in lines)
    return story, " ".join(" ".join(lines).split())


STORIES = [
    pytest.param(
        link(1),
        ["loaded since", "Settled", "listed by Paper", "Story 1", "asked for (page)", "status 200", "version 1"],
        id="loaded",
    ),
    pytest.param(
        HOP,
        [
            "duplicate since",
            "loaded since",
            "status 302",
            f"address by redirect, 2026-10-16 10:00: {HOP}",
            "a known article",
        ],
        id="duplicate-by-redirect",
    ),
    pytest.param(link(2), ["gone since", "status 410", "no run asks for it again"], id="gone"),
    pytest.param(
        link(3), ["revised since", "version 1, read", "version 2 (current)", "asked for (recheck)"], id="revised"
    ),
    pytest.param(ROBOTS, ["robots since", "robots.txt", "Disallow: /", "no run asks for it again"], id="robots"),
    pytest.param(
        RETRIED,
        ["loaded since", "status 403", "asked us to wait until 2026-10-16 10:30", "decided blocked", "decided loaded"],
        id="failed-and-retried",
    ),
    pytest.param(
        link(6),
        ["deferred since", "max_run_minutes", "It comes first in the next run.", "Listed now by", "Paper (ok), due"],
        id="deferred",
    ),
    pytest.param("document:papers/gull", ["loaded since", "import decided loaded", "from the document"], id="document"),
]


@pytest.mark.parametrize(("asked", "expected"), STORIES)
def test_the_story_of_an_address(warehouse: DuckDBPyConnection, asked: str, expected: list[str]) -> None:
    _, text = told(warehouse, asked)
    for words in expected:
        assert words in text


@pytest.mark.parametrize(
    "spelling",
    [
        "paper.example/story-1",
        "HTTPS://Paper.Example:443/story-1?utm_source=feed#top",
        "http://paper.example/./story%2D1",
        "paper.example:443/story-1",
        "paper.example:80/story-1",
        HOP,
    ],
)
def test_any_spelling_and_any_address_of_an_article_tells_its_story(
    warehouse: DuckDBPyConnection, spelling: str
) -> None:
    story, _ = told(warehouse, spelling)
    assert {status["url"] for status in story.statuses} == {link(1), HOP}
    by_name, text = told(warehouse, story.articles[0]["article_id"])
    assert by_name.runs == story.runs
    assert "is the article below" in text


def test_an_unknown_address_is_told_from_those_near_it(warehouse: DuckDBPyConnection) -> None:
    unknown = "http://paper.example/story-33"
    assert find_story(warehouse, unknown, now=LAST) is None
    assert near_addresses(warehouse, unknown)[0] == link(3)
    assert near_addresses(warehouse, "http://nobody.example/") == []


@pytest.mark.parametrize(
    "asked", ["http://www.paper.example/story-3/", "paper.example/amp/Story-3", "paper.example:443/story-3/"]
)
def test_the_only_known_address_like_an_unknown_one_is_told_in_its_place(
    warehouse: DuckDBPyConnection, asked: str
) -> None:
    story, text = told(warehouse, asked)
    assert (story.asked, [status["url"] for status in story.statuses]) == (asked, [link(3)])
    assert text.startswith(f"{asked} is not known. The only known address that is like it")


@pytest.mark.parametrize("asked", [FEED, FEED.removeprefix("http://")])
def test_the_story_of_a_feed_is_how_its_polls_went(warehouse: DuckDBPyConnection, asked: str) -> None:
    story, text = told(warehouse, asked)
    assert story.feed is not None
    assert [poll["result"] for poll in story.polls] == ["listed", "unchanged", "listed", "listed"]
    for words in (
        f"{FEED} The feed Paper, ok. It is",
        "It listed 7 addresses: 3 loaded, 1 duplicate, 1 deferred, 2 refused.",
        "First asked 2026-10-16 09:00, last read 2026-10-16 12:00.",
        "2026-10-16 09:00 listed (status 200): 5 entries",
    ):
        assert words in text


FORGOTTEN = Suppression(
    scope="url",
    key="a.example/1",
    named="http://a.example/1",
    reason="",
    suppressed_at=NOW,
    lifted_at=None,
    article_id=None,
)
STATUS = {"outcome": "loaded", "next_try_at": None, "failures": 0, "article_id": "0"}


@pytest.mark.parametrize(
    ("status", "suppression", "expected"),
    [
        pytest.param({}, None, "Settled: it is read again when a feed announces a change.", id="settled"),
        pytest.param({"next_try_at": NOW}, None, "It is due: the next run asks for it.", id="due"),
        pytest.param(
            {"outcome": "suppressed"},
            FORGOTTEN,
            "It was forgotten: no run asks for it until `newsledger forget --lift http://a.example/1`.",
            id="forgotten",
        ),
    ],
)
def test_what_happens_next(status: dict[str, object], suppression: Suppression | None, expected: str) -> None:
    assert next_step(STATUS | status, LAST, suppression) == expected


def test_the_command_tells_it_as_json_and_says_what_waits(
    folder: Path,
    newsledger: Newsledger,  # noqa: F811
) -> None:
    data = {"NEWSLEDGER_DATA_DIR": str(folder / "data")}
    waiting = stage_batch(folder / "data" / "spool", Batch(batch_id="waiting"))
    answer = newsledger("why", link(1), "--json", environment=data)
    unknown = newsledger("why", "http://paper.example/story-11", environment=data)
    for file in waiting.iterdir():
        file.unlink()
    waiting.rmdir()
    assert answer.returncode == 0, answer.stderr
    feed = json.loads(newsledger("why", FEED, "--json", environment=data).stdout)
    assert (feed["feed"]["url"], len(feed["polls"]), feed["statuses"]) == (FEED, 4, [])
    story = json.loads(answer.stdout)
    assert story["feed"] is None
    assert story["batches_waiting"] == 1
    assert [run["decisions"][0]["outcome"] for run in story["runs"]] == ["loaded", "duplicate"]
    assert unknown.returncode == 1
    assert "no feed that was polled ever listed it" in unknown.stderr
    assert link(1) in unknown.stderr
    assert "One batch of an earlier run waits" in unknown.stderr
