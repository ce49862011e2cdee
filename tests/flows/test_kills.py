"""A run that is killed at any moment, and the next one: together they leave the tables of a run that nobody killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.killed_runs import FEEDS
from tests.forks import Forks
from tests.news_server import NewsServer
from warehouse.checks import run_checks
from warehouse.connection import ensure_schema, open_reader
from warehouse.stage import batch_file, pending_batches

NOW = datetime(2026, 10, 16, 12, tzinfo=UTC)
EDITIONS = (1, 2)
KINDS = ("request", "spool", "half", "statement")
SEEDS = range(30)
TABLES = (
    "articles",
    "article_versions",
    "paragraphs",
    "sightings",
    "url_status",
    "(from outcomes where stage <> 'plan')",
    "dim_articles",
    "dim_authors",
    "dim_sites",
    "bridge_article_authors",
    "ops.url_aliases",
)
READ_TWICE = {"url_status", "(from outcomes where stage <> 'plan')"}
"""Tables in which a story that was read twice is unchanged and not revised."""
OF_RUNS = {"load_seq", "run_id", "fetch_id"}


# ---------------------------------------------------------------- the site


def story(number: int, *, edition: int = 1, canonical: str = "") -> bytes:
    text = "".join(
        f"<p>In part {part} of its report {number} the council said that quay {number}{part} stays open for ships "
        f"of class {number * 7 + part}, and that edition {edition} of the plan holds until spring.</p>"
        for part in range(5)
    )
    link = f"<link rel='canonical' href='{canonical}'>" if canonical else ""
    return (
        f"<html lang='en'><head><title>Report {number} of {edition}</title>{link}</head><body><article>"
        f"<h1>Report {number} of {edition}</h1>{text}</article></body></html>"
    ).encode()


def feed(*items: tuple[str, str]) -> bytes:
    """Items of link and title, the newest first."""
    listed = "".join(
        f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{link}</guid>"
        f"<pubDate>Fri, 16 Oct 2026 {11 - place:02}:00:00 GMT</pubDate></item>"
        for place, (link, title) in enumerate(items)
    )
    return f"<rss version='2.0'><channel><title>Paper</title>{listed}</channel></rss>".encode()


def publish(server: NewsServer, edition: int) -> None:
    """Three papers: redirects, a page that is listed twice, one that is missing, one that robots.txt closes.

    The second edition revises a story, withdraws another and adds two.
    """
    north, south, west = (url.removesuffix("/rss") for url in FEEDS)
    pages = {f"{north}/{n}": story(n) for n in range(1, 6)}
    pages |= {f"{south}/{n}": story(10 + n) for n in range(1, 5)}
    pages |= {f"{west}/{n}": story(20 + n) for n in range(1, 4)}
    pages[f"{west}/1/amp"] = story(21, canonical=f"{west}/1")
    if edition == 2:
        pages |= {f"{north}/2": story(2, edition=2), f"{north}/6": story(6), f"{south}/5": story(15)}
    for url, body in pages.items():
        server.add(url, body=body, headers={"Content-Type": "text/html"})
    for name in ("robots.txt", "closed/1"):
        server.add(f"{south}/{name}", body=b"User-agent: *\nDisallow: /closed/\n")
    server.redirect("http://go.north.example/a", f"{north}/1")
    server.redirect("http://go.north.example/b", f"{north}/5")
    items = {
        north: [(f"{north}/{n}", f"Report {n} of {edition if n == 2 else 1}") for n in range(1, 5)]
        + [("http://go.north.example/a", "Report 1 of 1"), (f"{north}/missing", "Nothing")],
        south: [(f"{south}/{n}", f"Report {10 + n} of 1") for n in range(1, 5)] + [(f"{south}/closed/1", "Closed")],
        west: [(f"{west}/{n}", f"Report {20 + n} of 1") for n in range(1, 4)]
        + [("http://go.north.example/b", "Report 5 of 1"), (f"{west}/1/amp", "Report 21 of 1")],
    }
    if edition == 2:
        server.add(f"{south}/4", status=410)
        items[north].insert(0, (f"{north}/6", "Report 6 of 1"))
        items[south] = [(f"{south}/5", "Report 15 of 1"), *items[south][:3], ("http://go.north.example/a", "Again")]
    for url, site in zip(FEEDS, (north, south, west), strict=True):
        server.add(url, body=feed(*items[site]), headers={"ETag": f'"{edition}"'})


# ---------------------------------------------------------------- runs and their tables


@dataclass(kw_only=True)
class Unbroken:
    """What a run of an edition starts with, and what it leaves when nobody kills it."""

    start: Path
    tables: dict[str, list[str]]
    counts: dict[str, int] = field(default_factory=dict)


class Site:
    """The papers, and runs over them."""

    def __init__(self, server: NewsServer, forks: Forks) -> None:
        self.server = server
        self.requests_served = 0
        self._forks = forks

    def run(
        self, data: Path, edition: int, *, later: int = 0, kind: str = "none", number: int = 0, engine: str = "thread"
    ) -> tuple[int, str]:
        """One run with the fuse of `killed_runs`; its exit code and what it printed."""
        publish(self.server, edition)
        seen = 0

        def on_start(process_id: int) -> None:
            def count() -> None:
                nonlocal seen
                seen += 1
                if kind == "request" and seen == number:
                    os.kill(process_id, signal.SIGKILL)

            self.server.on_request = count

        now = NOW + timedelta(hours=edition, minutes=later)
        ended = self._forks.run(
            "tests.flows.killed_runs:main",
            arguments=[str(data), now.isoformat(), kind, str(number), engine],
            environment={**os.environ, **self.server.environment},
            folder=data,
            on_start=on_start,
        )
        self.server.on_request = lambda: None
        self.requests_served = seen
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended.returncode, ended.stdout


def tables(data: Path) -> dict[str, list[str]]:
    """What the warehouse holds, times of ours and ids of runs apart; its checks hold; nothing waits in the spool."""
    assert not pending_batches(data / "spool")
    with open_reader(data / "newsledger.duckdb", wait_seconds=1) as connection:
        assert run_checks(connection) == []
        found = {}
        for table in TABLES:
            columns = [
                name
                for name, kind, *_ in connection.execute(f"describe from {table}").fetchall()
                if name not in OF_RUNS
                and not (kind.startswith("TIMESTAMP") and not name.startswith(("published", "modified", "updated")))
            ]
            rows = connection.execute(f"select {', '.join(columns)} from {table}").fetchall()
            found[table] = sorted(map(repr, rows))
        return found


@pytest.fixture(scope="module")
def site(forks: Forks) -> Iterator[Site]:
    with NewsServer() as server:
        yield Site(server, forks)


@pytest.fixture(scope="module")
def unbroken(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Unbroken]:
    """For each edition: the data folder before it, and the tables after it."""
    folder = tmp_path_factory.mktemp("unbroken")
    ensure_schema(folder / "0" / "newsledger.duckdb", wait_seconds=1, now=NOW)
    found = {}
    for edition in EDITIONS:
        start, end = folder / str(edition - 1), folder / str(edition)
        shutil.copytree(start, end)
        code, printed = site.run(end, edition)
        assert code == 0
        counts = {**json.loads(printed), "request": site.requests_served}
        found[edition] = Unbroken(start=start, tables=tables(end), counts=counts)
    return found


@pytest.fixture(scope="module")
def killed_in_load(
    site: Site, unbroken: dict[int, Unbroken], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The data folders that the second edition's run leaves when it is killed at the load's first or last statement."""
    found = {}
    for name, number in (("first", 1), ("last", unbroken[2].counts["statement"])):
        found[name] = tmp_path_factory.mktemp("killed") / name
        shutil.copytree(unbroken[2].start, found[name])
        assert site.run(found[name], 2, kind="statement", number=number)[0] == -signal.SIGKILL
    return found


# ---------------------------------------------------------------- kills


def killed_and_run_again(
    site: Site, unbroken: Unbroken, data: Path, edition: int, kills: list[tuple[str, int]], *, engine: str = "thread"
) -> None:
    shutil.copytree(unbroken.start, data)
    for later, (kind, number) in enumerate(kills):
        code, _ = site.run(data, edition, later=later, kind=kind, number=number, engine=engine)
        assert code == -signal.SIGKILL or later > 0, "a second run may have less to do than the first"
    assert_the_next_run_leaves(unbroken, site, data, edition, later=len(kills), engine=engine)


def assert_the_next_run_leaves(
    unbroken: Unbroken,
    site: Site,
    data: Path,
    edition: int,
    *,
    later: int = 1,
    engine: str = "thread",
    but_for: AbstractSet[str] = frozenset(),
) -> None:
    code, _ = site.run(data, edition, later=later, engine=engine)
    assert code == 0
    found = tables(data)
    for table in unbroken.tables.keys() - but_for:
        assert found[table] == unbroken.tables[table], table


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_run_and_the_next_leave_the_tables_of_an_unbroken_one(
    site: Site, unbroken: dict[int, Unbroken], tmp_path: Path, seed: int
) -> None:
    """Every fifth seed kills the second run, too."""
    edition, kind = EDITIONS[seed % 2], KINDS[seed // 2 % 4]
    chance = random.Random(seed)
    kills = [(kind, chance.randint(1, unbroken[edition].counts[kind]))]
    if seed % 5 == 0:
        other = chance.choice(KINDS)
        kills.append((other, chance.randint(1, unbroken[edition].counts[other] // 2)))
    killed_and_run_again(site, unbroken[edition], tmp_path / "data", edition, kills)


@pytest.mark.parametrize(("kind", "number"), [("request", 9), ("spool", 30), ("statement", 60)])
def test_so_does_one_with_worker_processes(
    site: Site, unbroken: dict[int, Unbroken], tmp_path: Path, kind: str, number: int
) -> None:
    killed_and_run_again(site, unbroken[1], tmp_path / "data", 1, [(kind, number)], engine="workers")


# ---------------------------------------------------------------- what a power cut leaves, and a full disk


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def remove_all(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.mkdir()


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        pytest.param("polls", cut, id="poll-cut"),
        pytest.param("entries", zero, id="entries-zeroed"),
        pytest.param("page_results", Path.unlink, id="pages-missing"),
        pytest.param("articles", zero, id="articles-zeroed"),
        pytest.param("runs", remove_all, id="empty-folder"),
    ],
)
def test_a_batch_that_a_power_cut_damaged_is_acquired_again(
    site: Site,
    unbroken: dict[int, Unbroken],
    killed_in_load: dict[str, Path],
    tmp_path: Path,
    table: str,
    damage: Callable[[Path], None],
) -> None:
    """Its feeds and pages are as due as they were before: what would hide them is in the batch, too.

    A story that was read for a poll that is lost is announced, and read, once more, and is unchanged then.
    """
    data = shutil.copytree(killed_in_load["first"], tmp_path / "data")
    poll_batch, page_batch, *_ = pending_batches(data / "spool")
    is_of_pages = table in ("page_results", "articles")
    damage(batch_file(page_batch if is_of_pages else poll_batch, table))
    but_for = set() if is_of_pages else READ_TWICE
    assert_the_next_run_leaves(unbroken[2], site, data, 2, but_for=but_for)
    assert len(list((data / "spool").glob(".damaged-*"))) == 1


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9], ids=str)
@pytest.mark.parametrize("how", ["cut", "zeroed"])
def test_a_torn_log_of_a_killed_load_costs_nothing(
    site: Site, unbroken: dict[int, Unbroken], killed_in_load: dict[str, Path], tmp_path: Path, share: float, how: str
) -> None:
    data = shutil.copytree(killed_in_load["last"], tmp_path / "data")
    log = data / "newsledger.duckdb.wal"
    size = log.stat().st_size
    os.truncate(log, int(size * share))
    if how == "zeroed":
        os.truncate(log, size)
    assert_the_next_run_leaves(unbroken[2], site, data, 2)


@pytest.mark.parametrize(
    ("stage", "size", "error"),
    [
        pytest.param("poll", 1_000, "WarehouseUnwritable", id="spool"),
        pytest.param("acquire", 3_000, "ArchiveUnwritable", id="archive"),
        pytest.param("load", 20_000, "WarehouseUnwritable", id="log"),
    ],
)
def test_a_full_disk_ends_the_run_with_its_reason_and_the_next_one_goes_on(
    site: Site, unbroken: dict[int, Unbroken], tmp_path: Path, stage: str, size: int, error: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(unbroken[1].start, data)
    assert site.run(data, 1, kind=stage, number=size) == (1, f"{error}\n")
    assert_the_next_run_leaves(unbroken[1], site, data, 1)


def test_what_only_the_log_holds_stays_in_the_spool(site: Site, unbroken: dict[int, Unbroken], tmp_path: Path) -> None:
    """The disk has room for the log of a load and none for the warehouse: the load is done, and not yet whole."""
    data = tmp_path / "data"
    shutil.copytree(unbroken[1].start, data)
    code, _ = site.run(data, 1, kind="load", number=400_000)
    assert code == 0
    assert (data / "newsledger.duckdb.wal").exists()
    assert pending_batches(data / "spool")
    assert_the_next_run_leaves(unbroken[1], site, data, 1)
