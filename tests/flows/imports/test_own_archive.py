"""The archive of runs, imported into an empty warehouse, gives what the runs gave."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from flows.configuration import clock_for
from flows.feeds_file import FeedSpec
from flows.imports.run import ImportReport, import_paths
from flows.imports.warc_files import read_records
from flows.progress import NoProgress
from flows.settings import Settings
from tests.flows.test_stages import FEED, LATER, NOW, link, open_run, page, rss
from tests.news_server import NewsServer
from transforms.errors import InputError
from warehouse.checks import run_checks
from warehouse.connection import open_reader

LATEST = LATER.replace(hour=14)
TABLES = (
    "select * exclude (first_seen_at, observed_at, gone_at, load_seq) from articles order by article_id",
    "select * exclude (observed_at, load_seq) from article_versions order by article_id, version",
    "select * exclude (load_seq) from paragraphs order by article_id, version, ordinal",
    "select article_id, url_key, evidence, is_fetched from ops.url_aliases order by url_key",
    "select url, outcome, reason, article_id from url_status order by url",
    "select fetch_id, url, status, raw_ref, content_hash from fetches where purpose in ('page', 'recheck') order by 1",
)


def a_part(number: int, part: int, following: str | None) -> bytes:
    """One page of a story that goes on over several."""
    text = page(number).decode().replace("The council of town", f"In part {part}, the council of town")
    rel = f"<link rel='next' href='{following}'>" if following else ""
    return text.replace("<head>", f"<head>{rel}").encode()


def two_runs(folder: Path) -> None:
    """A paper with a redirect, two addresses of one story, a story of three pages, a refused and a missing page.

    In the second run one story is revised, one withdrawn, and one moved to a new address under its guid.
    """
    with NewsServer() as server, pytest.MonkeyPatch.context() as environment:
        for name, value in server.environment.items():
            environment.setenv(name, value)
        listed = [link(1), "http://go.example/1", link(2), link(3), link(4), link(5), link(6)]
        server.add(FEED, body=rss(*listed))
        server.add("http://paper.example/robots.txt", body=b"User-agent: *\nDisallow: /story-4\n")
        server.redirect("http://go.example/1", link(1), status=301)
        for number in (1, 2, 3, 4):
            server.add(link(number), body=page(number), headers={"Content-Type": "text/html"})
        for part, following in ((1, f"{link(6)}?page=2"), (2, f"{link(6)}?page=3"), (3, None)):
            url = link(6) if part == 1 else f"{link(6)}?page={part}"
            server.add(url, body=a_part(6, part, following), headers={"Content-Type": "text/html"})
        run(folder, NOW)
        server.add(link(2), body=page(2).replace(b"spoke", b"did not speak"), headers={"Content-Type": "text/html"})
        server.remove(link(3))
        text = rss(*listed).decode().replace("Story 3", "Story 3, revised").replace("Story 4", "Story 2, revised")
        server.add(FEED, body=text.encode())
        run(folder, LATER)


def run(folder: Path, now: object) -> None:
    with open_run(folder, [FeedSpec(url=FEED, name="Paper")], now=now, force=True) as started:  # type: ignore[arg-type]
        started.poll()
        started.plan()
        started.acquire()
        started.load()
        assert started.check() == []


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    two_runs(folder)
    return folder / "data"


def importing(data: Path, *paths: Path) -> ImportReport:
    settings = Settings(data_dir=data, warehouse=data / "newsledger.duckdb", warehouse_wait=1.0)
    return import_paths(paths, settings, clock=clock_for(LATEST), progress=NoProgress())


def contents(data: Path) -> list[list[tuple[object, ...]]]:
    with open_reader(data / "newsledger.duckdb", wait_seconds=1) as warehouse:
        assert run_checks(warehouse) == []
        return [warehouse.execute(table).fetchall() for table in TABLES]


def texts(data: Path) -> list[tuple[object, ...]]:
    with open_reader(data / "newsledger.duckdb", wait_seconds=1) as warehouse:
        assert run_checks(warehouse) == []
        question = "select article_id, headline, body, version_count from articles order by article_id"
        return warehouse.execute(question).fetchall()


def test_the_archive_gives_the_articles_versions_and_fields_of_the_runs(history: Path, tmp_path: Path) -> None:
    report = importing(tmp_path, history / "archive")
    assert list(report.problems) == []
    assert contents(tmp_path) == contents(history)


def test_a_page_whose_address_failed_for_another_is_not_read_from_the_feed_when_it_is_replayed(tmp_path: Path) -> None:
    """The link that leads there has no text in the feed; the address itself has, and is no page that a feed's text
    may stand in for."""
    text = f"&lt;p&gt;{'The council of town met and spoke. ' * 30}&lt;/p&gt;"
    items = (
        "<item><title>Story 7</title><link>http://paper.example/go/7</link><pubDate>Fri, 16 Oct 2026 09:00:00 GMT"
        f"</pubDate></item><item><title>Story 7</title><link>{link(7)}</link>"
        f"<content:encoded>{text}</content:encoded><pubDate>Fri, 16 Oct 2026 08:00:00 GMT</pubDate></item>"
    )
    with NewsServer() as server, pytest.MonkeyPatch.context() as environment:
        for name, value in server.environment.items():
            environment.setenv(name, value)
        server.add(
            FEED,
            body="<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
            f"<title>Paper</title>{items}</channel></rss>",
        )
        server.redirect("http://paper.example/go/7", link(7))
        server.redirect(link(7), f"{link(7)}/on")
        server.redirect(f"{link(7)}/on", link(7))
        run(tmp_path, NOW)
    importing(tmp_path / "replayed", tmp_path / "data" / "archive")
    assert contents(tmp_path / "replayed") == contents(tmp_path / "data")
    assert contents(tmp_path / "data")[0] == []


def test_a_second_import_changes_nothing(history: Path, tmp_path: Path) -> None:
    importing(tmp_path, history / "archive")
    before = contents(tmp_path)
    report = importing(tmp_path, history / "archive")
    assert (report.read, report.outcomes, report.known_batches) == ({}, {}, 2)
    assert contents(tmp_path) == before


def test_a_warehouse_that_has_the_runs_takes_nothing_from_their_archive(history: Path) -> None:
    before = contents(history)
    assert importing(history, history / "archive").known_batches == 2
    assert contents(history) == before


def test_an_article_of_three_pages_is_one_with_the_text_of_all(history: Path) -> None:
    with open_reader(history / "newsledger.duckdb", wait_seconds=1) as warehouse:
        rows = warehouse.execute("select page_count, is_partial, body from articles where page_count > 1").fetchall()
        evidence = warehouse.execute("select evidence from ops.url_aliases where url_key like '%?page=%'").fetchall()
    ((page_count, is_partial, body),) = rows
    assert (page_count, is_partial) == (3, False)
    assert [f"In part {part}" in body for part in (1, 2, 3)] == [True, True, True]
    assert evidence == [("further page",)] * 2


def test_without_one_of_its_files_an_archive_gives_the_rest_and_all_when_it_is_whole(
    history: Path, tmp_path: Path
) -> None:
    """A page whose answer is missing is told, and a later import with the answer brings it."""
    (file, later) = sorted((history / "archive").iterdir())
    first_answer = next(record for record in read_records(file, print) if record.kind == "response")
    after_it = next(record for record in read_records(file, print) if record.offset > first_answer.offset)
    raw = file.read_bytes()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / file.name).write_bytes(raw[: first_answer.offset] + raw[after_it.offset :])
    (broken / later.name).write_bytes(later.read_bytes())
    report = importing(tmp_path / "data", broken)
    assert any("its answer is in none of the files" in problem for problem in report.problems)
    importing(tmp_path / "data", history / "archive")
    assert texts(tmp_path / "data") == texts(history)


def test_a_damaged_archive_gives_what_can_be_read_or_says_what_it_is(history: Path, tmp_path: Path) -> None:
    file = min((history / "archive").iterdir())
    raw = file.read_bytes()
    chance = random.Random(7)
    damaged = tmp_path / "damaged.warc.gz"
    whole = sum(1 for _ in read_records(file, print))
    for _ in range(60):
        content = bytearray(raw[: chance.randrange(len(raw))] if chance.random() < 0.3 else raw)
        for _ in range(chance.randrange(4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        damaged.write_bytes(content)
        told: list[str] = []
        try:
            read = list(read_records(damaged, told.append))
        except InputError as error:
            told.append(str(error))
            read = []
        assert len(read) == whole or told or len(content) < len(raw), "damage that nobody hears of"
