"""Takedown over whole runs: the words are in no file any more, they stay out, and nothing else changes."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from flows.configuration import clock_for
from flows.feeds_file import FeedSpec
from flows.forget import TakedownReport, forget, lift_suppression
from flows.progress import NoProgress
from flows.settings import Settings, resolve_settings
from tests.flows.test_stages import FEED, LATER, ask, held_open, open_run, page
from tests.news_server import NewsServer
from transforms.errors import ArchiveUnwritable, WarehouseBusy, WarehouseUnwritable
from warehouse.checks import run_checks
from warehouse.connection import open_reader, open_writer
from warehouse.forget import target_of
from warehouse.stage import Batch, batch_file, stage_batch
from warehouse.takedowns import unfinished_takedowns

STORIES = ("http://paper.example/story-1", "http://other.example/story-2")
OTHER_FEED = "http://other.example/rss.xml"
WORDS = (b"zanzibarquux", b"zanzibarfeed", b"zanzibarauthor", b"zanzibartitle", b"zanzibarcaption")
"""In the body, the feed's text, the byline, the headline and the caption of the first story, and nowhere else."""
FEEDS = [FeedSpec(url=FEED, name="Paper"), FeedSpec(url=OTHER_FEED, name="Other")]
TABLES = ("articles", "article_versions", "paragraphs")


@pytest.fixture(scope="module")
def web() -> Iterator[NewsServer]:
    with NewsServer() as server:
        yield server


@pytest.fixture
def server(web: NewsServer, monkeypatch: pytest.MonkeyPatch) -> NewsServer:
    """The web as it was when the papers were first published."""
    publish(web)
    web.requests.clear()
    for name, value in web.environment.items():
        monkeypatch.setenv(name, value)
    return web


@pytest.fixture(scope="module")
def first_run(web: NewsServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the first run."""
    folder = tmp_path_factory.mktemp("first-run")
    publish(web)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in web.environment.items():
            environment.setenv(name, value)
        run_once(folder, FEEDS)
    return folder / "data"


@pytest.fixture
def settings(tmp_path: Path, server: NewsServer, first_run: Path) -> Settings:
    """The settings of a copy of that folder."""
    shutil.copytree(first_run, tmp_path / "data")
    return settings_in(tmp_path)


def entry(number: int, url: str, words: str = "") -> str:
    return (
        f"<item><title>Story {number} {words}</title><link>{url}</link><guid>{url}</guid>"
        f"<description>In short: {words}.</description><category>{words or 'town'}</category>"
        f"<content:encoded>&lt;p&gt;Long {words}&lt;/p&gt;</content:encoded>"
        f"<pubDate>Fri, 16 Oct 2026 0{number}:00:00 GMT</pubDate></item>"
    )


def feed(*items: str) -> str:
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Paper</title>"
        f"<link>http://paper.example/</link>{''.join(items)}</channel></rss>"
    )


def a_telling_page(number: int, words: str = "") -> bytes:
    told = page(number).decode()
    if words:
        told = told.replace(f"<h1>Story {number}", f"<h1>The zanzibartitle of story {number}")
        told = told.replace(f"word{number}x3", words)
        told = told.replace(
            "</h1>",
            "</h1><figure><img src='/a.jpg' width='900' height='600'>"
            "<figcaption>A zanzibarcaption of the council hall in winter</figcaption></figure>",
        )
        told = told.replace("<head>", "<head><meta name='author' content='Ada Zanzibarauthor'>")
        told = told.replace("</title>", " zanzibartitle</title>")
    return told.encode()


def publish(server: NewsServer) -> None:
    """Two papers with a story each; the first one's is listed under a redirecting address, by both feeds."""
    moved = "http://go.example/1"
    server.redirect(moved, STORIES[0])
    server.add(FEED, body=feed(entry(1, moved, "zanzibarfeed")))
    server.add(OTHER_FEED, body=feed(entry(1, STORIES[0], "zanzibarfeed"), entry(2, STORIES[1])))
    html = {"Content-Type": "text/html"}
    server.add(STORIES[0], body=a_telling_page(1, "zanzibarquux"), headers=html)
    server.add(STORIES[1], body=a_telling_page(2), headers=html)


def settings_in(folder: Path, **flags: object) -> Settings:
    return resolve_settings(
        flags={"data_dir": folder / "data", "warehouse_wait": 0.2, **flags},
        environ={},
        file_values={},
        file_sources={},
        base=folder,
    ).settings


def run_once(folder: Path, feeds: list[FeedSpec], **flags: object) -> None:
    with open_run(folder, feeds, **flags) as run:  # type: ignore[arg-type]
        run.poll()
        run.plan()
        run.acquire()
        run.load()
        assert run.check() == []


def take_down(named: str, settings: Settings, *, hours: float = 0.5) -> TakedownReport:
    clock = clock_for(LATER + timedelta(hours=hours))
    notes: list[str] = []
    report = forget(target_of(named), settings, reason="a test", clock=clock, note=notes.append)
    assert notes == []
    return report


def contents(path: Path) -> bytes:
    """A file's bytes; of a gzip file, what its members hold."""
    data, held = path.read_bytes(), b""
    while path.suffix == ".gz" and data:
        inflater = zlib.decompressobj(wbits=31)
        held += inflater.decompress(data)
        data = inflater.unused_data
    return held or data


def words_below(folder: Path) -> dict[bytes, list[str]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = {word: [p.name for p in files if word in contents(p).lower()] for word in WORDS}
    return {word: names for word, names in found.items() if names}


def rows_of(folder: Path, where: str) -> dict[str, list[str]]:
    return {table: sorted(map(repr, ask(folder, f"from {table} where {where}"))) for table in TABLES}


@pytest.mark.parametrize(
    "named",
    [
        pytest.param("http://go.example/1", id="by-the-address-that-the-feed-lists"),
        pytest.param("https://paper.example/story-1?utm_source=x", id="by-another-spelling-of-its-own"),
        pytest.param("paper.example", id="with-its-site"),
    ],
)
def test_what_is_forgotten_is_in_no_file_and_nobody_asks_for_it_again(
    tmp_path: Path, server: NewsServer, settings: Settings, named: str
) -> None:
    assert set(words_below(tmp_path)) == set(WORDS)
    (other,) = ask(tmp_path, f"select article_id from articles where url = '{STORIES[1]}'")
    others = f"article_id = '{other[0]}'"
    before, refs = rows_of(tmp_path, others), ask(tmp_path, "select raw_ref from fetches where raw_ref is not null")
    kept = ask(tmp_path, "select article_id, url, content_hash, word_count from article_versions order by 1")

    report = take_down(named, settings)

    assert (report.holdings.versions, report.holdings.articles) == (1, 1)
    assert words_below(tmp_path) == {}
    assert rows_of(tmp_path, others) == before
    assert ask(tmp_path, "select article_id, url, content_hash, word_count from article_versions order by 1") == kept
    assert ask(tmp_path, "select text_state, count(*) from articles group by 1 order by 1") == [
        ("forgotten", 1),
        ("kept", 1),
    ]
    for (ref,) in refs:
        assert readable_at(settings.archive, str(ref))

    server.add(FEED, body=feed(entry(1, "http://go.example/1", "zanzibarfeed again")))
    server.add(OTHER_FEED, body=feed(entry(1, STORIES[0], "zanzibarfeed again"), entry(2, STORIES[1])))
    asked = len(server.requests)
    run_once(tmp_path, FEEDS, now=LATER + timedelta(hours=3), force=True)
    assert {url for url in server.urls()[asked:] if "story" in url} == set()
    assert words_below(tmp_path) == {}
    stands = "select distinct outcome, next_try_at from url_status where url like '%story-1' or url like '%go.example%'"
    assert ask(tmp_path, stands) == [("suppressed", None)]


def readable_at(archive: Path, ref: str) -> bool:
    """Whether a record begins at the place, and the whole file can be read from start to end."""
    name, _, offset = ref.partition("#")
    with (archive / name).open("rb") as file:
        whole = list(ArchiveIterator(file, parse_http=False))
        file.seek(int(offset))
        return len(whole) >= 2 and next(iter(ArchiveIterator(file, parse_http=False))) is not None


def test_a_feed_of_a_forgotten_site_is_asked_no_more_and_says_so_once(
    tmp_path: Path, server: NewsServer, settings: Settings
) -> None:
    take_down("paper.example", settings)
    asked = len(server.requests)
    for hours in (2, 3):
        run_once(tmp_path, FEEDS, now=LATER + timedelta(hours=hours), force=True)
    assert FEED not in server.urls()[asked:]
    polls = "select count(*), any_value(reason) from fct_polls where error_class = 'suppressed'"
    assert ask(tmp_path, polls) == [(1, "Forgotten on 2026-10-16: a test.")]


def test_a_redirect_to_what_is_forgotten_ends_before_it_is_asked_for(tmp_path: Path, server: NewsServer) -> None:
    take_down(STORIES[0], settings_in(tmp_path), hours=-1)
    run_once(tmp_path, FEEDS)
    assert STORIES[0] not in server.urls()
    assert words_below(tmp_path).keys() <= {b"zanzibarfeed"}  # what the feed said of the address that leads there
    assert ask(tmp_path, "select url, outcome, reason from url_status where outcome = 'suppressed' order by 1") == [
        ("http://go.example/1", "suppressed", "Forgotten on 2026-10-16: a test."),
        (STORIES[0], "suppressed", "Forgotten on 2026-10-16: a test."),
    ]


def test_what_is_lifted_is_due_again_and_its_text_comes_with_its_next_reading(
    tmp_path: Path, server: NewsServer, settings: Settings
) -> None:
    take_down(STORIES[0], settings)
    clock = clock_for(LATER + timedelta(hours=1))
    lifted = lift_suppression(target_of("http://go.example/1"), settings, clock=clock, note=print)
    assert {row.named for row in lifted} == {STORIES[0]}
    assert words_below(tmp_path) == {}
    run_once(tmp_path, FEEDS, now=LATER + timedelta(hours=2))
    versions = "select version, text_state, body <> '' from article_versions where url like '%story-1' order by 1"
    assert ask(tmp_path, versions) == [(1, "forgotten", False), (2, "kept", True)]


def test_a_busy_warehouse_leaves_everything_as_it_was(tmp_path: Path, server: NewsServer, settings: Settings) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*.[dg]*") if path.is_file()}
    with held_open(settings.warehouse), pytest.raises(WarehouseBusy):
        take_down(STORIES[0], settings)
    assert {path: path.read_bytes() for path in before} == before
    assert ask(tmp_path, "select count(*) from ops.suppressions") == [(0,)]


@pytest.mark.parametrize("step", ["drop_texts", "rewrite", "remove_records", "_remove_unsearchable"])
def test_a_takedown_that_is_broken_off_ends_right_when_it_is_run_again(
    tmp_path: Path, server: NewsServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    damaged = stage_batch(settings.spool, Batch(batch_id="1")).rename(settings.spool / ".damaged-1")
    batch_file(damaged, "runs").write_bytes(WORDS[0])
    copy = settings.warehouse.with_name(f"{settings.warehouse.name}.before-schema-0004")
    copy.write_bytes(WORDS[1])
    torn = settings.warehouse.with_name(f"{settings.warehouse.name}.wal-torn-1")
    torn.write_bytes(WORDS[0])
    swapped = settings.warehouse.with_name(f"{settings.warehouse.name}.tmp")
    swapped.mkdir()
    (swapped / "duckdb_temp_block-1.block").write_bytes(WORDS[2])
    with monkeypatch.context() as broken:
        broken.setattr(f"flows.forget.{step}", _killed)
        with pytest.raises(KeyboardInterrupt):
            take_down(STORIES[0], settings)
    assert unfinished_takedowns(settings.warehouse) == [target_of(STORIES[0])]
    assert take_down(STORIES[0], settings, hours=1).removed == (damaged, copy, torn, swapped)
    assert words_below(tmp_path) == {}
    assert unfinished_takedowns(settings.warehouse) == []
    assert ask(tmp_path, "select count(*), count(distinct key) from ops.suppressions") == [(2, 2)]
    with open_reader(settings.warehouse, wait_seconds=0) as warehouse:
        assert run_checks(warehouse) == []


def _full(*arguments: object, **more: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("where", "told"),
    [
        pytest.param("warehouse.takedowns.os.fsync", "Nothing of {named} is forgotten yet.", id="at-its-beginning"),
        pytest.param(
            "warehouse.rewrite._copy_rows",
            "text may still be in the warehouse {warehouse} and in the raw archive {archive}.",
            id="in-the-warehouse",
        ),
        pytest.param(
            "flows.acquire.takedown._replace", "text may still be in the raw archive {archive}.", id="in-the-archive"
        ),
    ],
)
def test_a_takedown_cut_short_by_a_full_disk_says_where_text_is_left_and_each_run_tells_of_it(
    tmp_path: Path, server: NewsServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, where: str, told: str
) -> None:
    notes: list[str] = []
    monkeypatch.setattr(NoProgress, "note", lambda _, sentence: notes.append(sentence))
    with monkeypatch.context() as full:
        full.setattr(where, _full)
        with pytest.raises((WarehouseUnwritable, ArchiveUnwritable)) as cut_short:
            take_down(STORIES[0], settings)
    expected = told.format(named=STORIES[0], warehouse=settings.warehouse, archive=settings.archive)
    assert expected in str(cut_short.value)
    assert "No space left on device" in str(cut_short.value)
    assert "spool" not in str(cut_short.value)
    assert words_below(tmp_path) != {}
    is_begun = "not complete" in str(cut_short.value)
    with open_run(tmp_path, FEEDS, now=LATER + timedelta(hours=1)):
        pass
    assert [note for note in notes if f"The takedown of {STORIES[0]} is not complete" in note] == notes
    assert len(notes) == is_begun
    take_down(STORIES[0], settings, hours=2)
    assert words_below(tmp_path) == {}
    assert unfinished_takedowns(settings.warehouse) == []


def test_another_takedown_ends_one_that_was_suppressed_and_lifting_gives_it_up(
    server: NewsServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(step: str) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(f"flows.forget.{step}", _killed)
            with pytest.raises(KeyboardInterrupt):
                take_down(STORIES[0], settings)

    broken_off("suppress")
    take_down(STORIES[1], settings)
    assert unfinished_takedowns(settings.warehouse) == [target_of(STORIES[0])]
    broken_off("rewrite")
    lift_suppression(target_of("http://go.example/1"), settings, clock=clock_for(LATER), note=print)
    assert unfinished_takedowns(settings.warehouse) == []
    broken_off("rewrite")
    take_down(STORIES[1], settings, hours=2)
    assert unfinished_takedowns(settings.warehouse) == []


@pytest.mark.parametrize("content", [b"", b"[", b"[{}]", b"5", b"\xff"], ids=repr)
def test_a_damaged_note_of_unfinished_takedowns_is_told_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "news.duckdb.takedowns").write_bytes(content)
    with pytest.raises(WarehouseUnwritable, match=r"news\.duckdb\.takedowns.*delete it"):
        unfinished_takedowns(tmp_path / "news.duckdb")


KILLED_TAKEDOWN = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from flows.forget import forget
from flows.settings import Settings
from warehouse.forget import target_of

def die(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)

Path.rename = die
settings = Settings.model_validate_json(sys.argv[1])
forget(target_of(sys.argv[2]), settings, reason="", clock=lambda: datetime.now(UTC), note=print)
"""


def test_a_takedown_killed_before_the_fresh_file_has_its_name_ends_right(tmp_path: Path, settings: Settings) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_TAKEDOWN, settings.model_dump_json(), STORIES[0]], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert list(settings.warehouse.parent.glob(".*.new-*"))
    take_down(STORIES[0], settings, hours=1)
    assert words_below(tmp_path) == {}
    assert [path.name for path in settings.warehouse.parent.glob("*duckdb*")] == [settings.warehouse.name]


def _killed(*arguments: object, **more: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("keep_text", "kept"),
    [
        pytest.param("facts", {b"zanzibartitle", b"zanzibarfeed", b"zanzibarauthor", b"zanzibarcaption"}, id="facts"),
        pytest.param("none", set(), id="none"),
    ],
)
def test_text_that_is_not_to_be_kept_is_in_no_file_and_edits_are_found_all_the_same(
    tmp_path: Path, server: NewsServer, keep_text: str, kept: set[bytes]
) -> None:
    run_once(tmp_path, FEEDS, keep_text=keep_text)
    assert set(words_below(tmp_path)) == kept
    assert not (tmp_path / "data" / "archive").exists()
    server.add(OTHER_FEED, body=feed(entry(1, STORIES[0], "zanzibarfeed, edited"), entry(2, STORIES[1])))
    server.add(STORIES[0], body=a_telling_page(1, "zanzibarquux edited"), headers={"Content-Type": "text/html"})
    run_once(tmp_path, FEEDS, keep_text=keep_text, now=LATER + timedelta(hours=3), force=True)
    versions = "select version, text_state, body, word_count > 80 from article_versions where url like '%story-1'"
    assert ask(tmp_path, f"{versions} order by 1") == [(1, "dropped", "", True), (2, "dropped", "", True)]
    assert ask(tmp_path, "select count(*), max(text) from paragraphs where text_hash is not null") != [(0, "")]
    assert set(words_below(tmp_path)) == kept


def test_a_rewritten_warehouse_has_the_same_rows_in_the_same_order(
    tmp_path: Path, server: NewsServer, settings: Settings
) -> None:
    from warehouse.rewrite import rewrite

    names = "select schema_name || '.' || table_name from duckdb_tables() order by 1"
    with open_writer(settings.warehouse, wait_seconds=0) as warehouse:
        tables = [name for (name,) in warehouse.execute(names).fetchall()]
        before = {table: warehouse.execute(f"from {table}").fetchall() for table in tables}
        rewrite(warehouse, settings.warehouse, now=LATER)
    assert {table: ask(tmp_path, f"from {table}") for table in tables} == before
    assert [path.name for path in settings.warehouse.parent.glob("*duckdb*")] == [settings.warehouse.name]
