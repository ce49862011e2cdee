"""Documents in the schema become articles."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.configuration import clock_for
from flows.imports.documents import document_url
from flows.imports.run import ImportReport, import_paths
from flows.progress import NoProgress
from flows.settings import Settings
from transforms.document import render
from transforms.errors import InputError
from warehouse.connection import open_reader
from warehouse.reports import find_article
from warehouse.stage import Batch, batch_file, stage_batch

NOW = datetime(2026, 10, 16, 9, 0, tzinfo=UTC)
DOCUMENT = """The Gull

Harbour reopens after the storm
Ships may enter again from Friday.
2 min read
Two ferries wait outside the gates [Gull Pictures]

The harbour opens on Friday, its master said.

The storm of last week had closed the gates.

Agencies contributed to this report."""
Import = Callable[..., ImportReport]


@pytest.fixture
def importing(tmp_path: Path) -> Import:
    settings = Settings(
        data_dir=tmp_path / "data", warehouse=tmp_path / "data" / "newsledger.duckdb", warehouse_wait=1.0
    )

    def run(*paths: Path) -> ImportReport:
        return import_paths(paths, settings, clock=clock_for(NOW), progress=NoProgress())

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1998").mkdir()
    (tmp_path / "1998" / "harbour.txt").write_text(DOCUMENT)
    return tmp_path / "1998"


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))  # a longer name is none of a socket


def ask(folder: Path, question: str) -> list[tuple[object, ...]]:
    with open_reader(folder.parent / "data" / "newsledger.duckdb", wait_seconds=1) as connection:
        return connection.execute(question).fetchall()


def test_a_folder_of_documents_becomes_articles_that_render_as_they_were(importing: Import, folder: Path) -> None:
    report = importing(folder)
    assert (report.read, dict(report.outcomes), list(report.problems)) == ({"documents": 1}, {"loaded": 1}, [])
    assert ask(folder, "select url, headline, body_source, image_credit, agency_credit from articles") == [
        (
            "document:1998/harbour",
            "Harbour reopens after the storm",
            "document",
            "Gull Pictures",
            "Agencies contributed to this report.",
        )
    ]
    with open_reader(folder.parent / "data" / "newsledger.duckdb", wait_seconds=1) as connection:
        article = find_article(connection, "document:1998/harbour")
    assert article is not None
    assert render(article) == DOCUMENT


def test_a_changed_document_is_a_new_version_and_an_unchanged_one_is_not(importing: Import, folder: Path) -> None:
    importing(folder)
    assert dict(importing(folder).outcomes) == {"unchanged": 1}
    (folder / "harbour.txt").write_text(DOCUMENT.replace("on Friday", "on Saturday"))
    assert dict(importing(folder).outcomes) == {"revised": 1}
    assert ask(folder, "select version, body like '%Saturday%' from article_versions order by version") == [
        (1, False),
        (2, True),
    ]


def test_a_document_that_cannot_be_read_is_told_and_the_others_load(importing: Import, folder: Path) -> None:
    (folder / "latin.txt").write_bytes(DOCUMENT.encode() + b"\xe9")
    (folder / "empty.txt").write_text("")
    report = importing(folder)
    assert report.read == {"documents": 1}
    assert [Path(problem.split(":")[0]).name for problem in report.problems] == ["empty.txt", "latin.txt"]


def test_a_name_that_is_no_utf_8_is_percent_encoded(importing: Import, folder: Path) -> None:
    name = os.fsencode(folder / "caf") + b"\xe9.txt"
    with open(name, "w") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(DOCUMENT)
    assert list(importing(folder).problems) == []
    assert ask(folder, "select url from articles order by url") == [
        ("document:1998/caf%E9",),
        ("document:1998/harbour",),
    ]


def test_a_byte_order_mark_is_no_part_of_the_title(importing: Import, folder: Path) -> None:
    (folder / "harbour.txt").write_text(DOCUMENT, encoding="utf-8-sig")
    importing(folder)
    assert ask(folder, "select title from articles") == [("The Gull",)]


def test_of_two_documents_with_one_address_the_first_is_loaded_and_the_other_told(
    importing: Import, folder: Path
) -> None:
    second = folder / "older" / "1998" / "harbour.txt"
    second.parent.mkdir(parents=True)
    second.write_text(DOCUMENT.replace("on Friday", "on Saturday"))
    report = importing(folder)
    assert dict(report.outcomes) == {"loaded": 1}
    (problem,) = report.problems
    assert str(second) in problem
    assert str(folder / "harbour.txt") in problem
    assert ask(folder, "select body like '%Friday%' from articles") == [(True,)]


def test_a_document_named_twice_is_read_once(importing: Import, folder: Path) -> None:
    report = importing(folder, folder / "harbour.txt")
    assert (report.read, list(report.problems)) == ({"documents": 1}, [])


def test_the_run_of_an_import_ends(importing: Import, folder: Path) -> None:
    importing(folder)
    assert ask(folder, "select ended_at is not null, count(*) from runs group by 1") == [(True, 1)]


def test_loops_of_links_pipes_and_unreadable_files_are_told(importing: Import, folder: Path) -> None:
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "memory.txt").symlink_to("/proc/self/mem")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    report = importing(folder)
    assert dict(report.outcomes) == {"loaded": 1}
    told = ["dangling.txt", "loop.txt", "memory.txt", "pipe.txt"]
    assert sorted(Path(problem.split(":")[0]).name for problem in report.problems) == told


SPECIAL = [
    pytest.param("pipe.txt", id="document"),
    pytest.param("pipe.html", id="page"),
    pytest.param("pipe.html.gz", id="packed-page"),
    pytest.param("pipe.warc", id="warc-file"),
    pytest.param("pipe.warc.gz", id="packed-warc-file"),
]


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("make", [os.mkfifo, make_socket], ids=["pipe", "socket"])
def test_what_is_no_ordinary_file_is_told_and_not_waited_for(
    importing: Import, folder: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(folder / name)
    report = importing(folder)
    assert (dict(report.outcomes), list(report.problems)) == (
        {"loaded": 1},
        [f"{folder / name}: no ordinary file."],
    )


@pytest.mark.parametrize("name", [*SPECIAL, pytest.param("pipe", id="no-ending")])
def test_a_path_that_is_no_ordinary_file_imports_nothing(
    importing: Import, folder: Path, tmp_path: Path, name: str
) -> None:
    os.mkfifo(folder / name)
    with pytest.raises(InputError, match=r"no ordinary file\. Nothing was imported\."):
        importing(folder / name)
    assert not (tmp_path / "data").exists()


def test_a_path_that_is_a_loop_of_links_imports_nothing(importing: Import, folder: Path) -> None:
    (folder / "loop.txt").symlink_to("loop.txt")
    with pytest.raises(InputError, match=r"loop\.txt"):
        importing(folder / "loop.txt")


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_path_without_documents_imports_nothing(importing: Import, tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=name):
        importing(folder, tmp_path / name)
    assert not (tmp_path / "data").exists()


def test_a_document_is_named_by_its_folder_and_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "Früher 1998").mkdir()
    assert document_url(tmp_path / "Früher 1998" / "a b.c.txt") == "document:Fr%C3%BCher%201998/a%20b.c"


def test_an_import_sets_damaged_batches_aside_and_sweeps_up_unfinished_ones(importing: Import, folder: Path) -> None:
    spool = folder.parent / "data" / "spool"
    batch_file(stage_batch(spool, Batch(batch_id="1")), "runs").write_bytes(b"PAR1")
    (spool / ".tmp-killed").mkdir()
    report = importing(folder)
    assert dict(report.outcomes) == {"loaded": 1}
    (problem,) = report.problems
    assert "runs.parquet cannot be read" in problem
    assert [left.name for left in spool.iterdir()] == [".damaged-1"]
