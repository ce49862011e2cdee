from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.factories import MONDAY, after
from transforms.errors import NotAWarehouse, WarehouseBusy, WarehouseError, WarehouseMissing, WarehouseUnwritable
from warehouse.connection import ensure_schema, open_reader, open_writer

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reader")
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        yield holder
        holder.communicate("")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "newsledger.duckdb"
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    return path


def test_a_warehouse_is_created_with_its_folders_and_nothing_beside_it(path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["newsledger.duckdb"]
    with open_reader(path, wait_seconds=0) as connection:
        assert connection.execute("from articles").fetchall() == []


def test_drafts_of_processes_that_ended_are_removed_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    leftovers = [
        f".w.duckdb.new-{process_id}{suffix}" for process_id in (os.getpid(), ended.pid) for suffix in ("", ".wal")
    ]
    others = [f".w.duckdb.new-{os.getppid()}", ".v.duckdb.new-1", ".w.duckdb.new-backup"]
    for name in (*leftovers, *others):
        (tmp_path / name).write_bytes(b"half")
    ensure_schema(path, wait_seconds=0, now=MONDAY)

    assert {file.name for file in tmp_path.iterdir()} == {path.name, *others}


def test_times_are_shown_in_utc(path: Path) -> None:
    with open_reader(path, wait_seconds=0) as connection:
        shown = connection.execute("select cast(applied_at as varchar) from ops.schema_migrations").fetchall()
    assert shown[0] == ("2026-03-02 06:00:00+00",)


def test_a_current_warehouse_is_ensured_beside_its_readers(path: Path) -> None:
    with held_by_another_process(path, "reader"):
        ensure_schema(path, wait_seconds=0, now=after(60))


def test_readers_share_the_file(path: Path) -> None:
    with held_by_another_process(path, "reader"), open_reader(path, wait_seconds=0) as connection:
        assert connection.execute("from runs").fetchall() == []


@pytest.mark.parametrize(
    ("holder", "opener", "advice"),
    [
        pytest.param("writer", open_reader, "warehouse_wait.", id="a-reader-waits-for-a-writer"),
        pytest.param(
            "reader",
            open_writer,
            "warehouse_wait; what is staged stays in the spool.",
            id="a-writer-waits-for-a-reader",
        ),
    ],
)
def test_who_cannot_open_the_file_in_time_learns_which_process_has_it(
    path: Path, holder: str, opener: Callable[..., AbstractContextManager[object]], advice: str
) -> None:
    with (
        held_by_another_process(path, holder) as process,
        pytest.raises(WarehouseBusy, match=f"process {process.pid}; waited 0 s") as busy,
        opener(path, wait_seconds=0),
    ):
        pass
    assert str(busy.value).endswith(advice)


def test_the_file_opens_when_the_other_process_ends_in_time(path: Path) -> None:
    with held_by_another_process(path, "writer") as process:
        assert process.stdin
        process.stdin.close()
        process.stdin = None
        with open_writer(path, wait_seconds=20) as connection:
            assert connection.execute("from runs").fetchall() == []


def test_a_missing_warehouse_is_missing_and_not_created(tmp_path: Path) -> None:
    path = tmp_path / "none.duckdb"
    with pytest.raises(WarehouseMissing, match=r"none\.duckdb"), open_reader(path, wait_seconds=0):
        pass
    assert not path.exists()


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


def empty_file(path: Path) -> None:
    path.write_bytes(b"")


def foreign_tables(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table invoices (number integer)")


def cut_off(path: Path) -> None:
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def damaged_block(path: Path) -> None:
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    content = bytearray(path.read_bytes())
    content[12_288:] = b"\xff" * (len(content) - 12_288)
    path.write_bytes(content)


@pytest.mark.parametrize("make", [garbage, empty_file, foreign_tables, cut_off, damaged_block])
def test_a_file_that_is_no_warehouse_is_refused_and_left_as_it_is(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "other.duckdb"
    make(path)
    content = path.read_bytes()

    with pytest.raises(NotAWarehouse):
        ensure_schema(path, wait_seconds=0, now=MONDAY)
    assert path.read_bytes() == content


def test_an_empty_database_becomes_a_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "new.duckdb"
    duckdb.connect(str(path)).close()
    ensure_schema(path, wait_seconds=0, now=MONDAY)

    with open_reader(path, wait_seconds=0) as connection:
        assert connection.execute("from articles").fetchall() == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(WarehouseUnwritable, match=r"file/newsledger\.duckdb"):
        ensure_schema(tmp_path / "file" / "newsledger.duckdb", wait_seconds=0, now=MONDAY)


def insert_paragraphs(path: Path) -> None:
    """Fill a few blocks with text that does not compress."""
    with open_writer(path, wait_seconds=0) as connection:
        connection.execute(
            """
            insert into fct_paragraphs
            select 'a', 1, i, 'body', string_agg(sha256(i || ' ' || j), ''), '', 1
            from range(400) as t(i), range(40) as u(j)
            group by i
            """
        )


def test_damage_anywhere_in_the_texts_is_told_as_damage(path: Path) -> None:
    insert_paragraphs(path)
    content = path.read_bytes()
    told = 0
    for place in range(100_000, len(content), 262_144):  # once in each block
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            with open_reader(path, wait_seconds=0) as connection:
                assert connection.execute("select sum(length(text)) from paragraphs").fetchall() == [(400 * 40 * 64,)]
        except NotAWarehouse:
            told += 1

    assert told >= 3


def test_a_full_disk_is_told_and_nothing_is_committed(path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(WarehouseUnwritable, match="free space"):
            insert_paragraphs(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    with open_reader(path, wait_seconds=0) as connection:
        assert connection.execute("select count(*) from paragraphs").fetchall() == [(0,)]


def test_a_path_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"[Dd]irectory"), open_reader(tmp_path, wait_seconds=0):
        pass
