"""An upgrade of the tables: the file is copied first, and one that is broken off goes on."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import duckdb
import pytest

from tests.factories import MONDAY, after
from transforms.errors import WarehouseUnwritable
from warehouse.checks import run_checks
from warehouse.connection import ensure_schema, open_reader
from warehouse.sql import sql_files
from warehouse.upgrade_copies import upgrade_copies

LAST_BEFORE = 3
ROWS = """
    insert into dim_articles
    select
        'a', 'https://news.example/a', 'news.example/a', null, 'news.example', 'Crane', 'Crane stays', null,
        'crane stays', 'c', 'b', [], null, null, null, null, null, null, null, null, null, null, [], 'free', 'article',
        [], 1, true, null, null, null, null, null, map {}, 'page', 1, 1, now(), null, 1;
    insert into fct_versions
    select
        'a', 1, now(), 'r', null, 'https://news.example/a', 'Crane', 'Crane stays', null, 'It stays.', 2, 'c', 'b',
        'crane stays', null, 'page', 'x', 1;
    insert into fct_paragraphs values ('a', 1, 1, 'body', 'It stays.', 't', 1);
    insert into ops.url_aliases
    values ('news.example/a', 'https://news.example/a', 'a', 'request', true, now(), 'r', 1);
    insert into ops.loads values (1, 'b', now(), 0, 0, 0, 1, 1);
"""
KILLED_UPGRADE = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
import warehouse.connection as connection

def die(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "copying":
    Path.rename = die
elif sys.argv[2] == "copied":
    connection.migrate = die
else:
    import warehouse.migrate as migrate
    migrate._views_are_current = die
connection.ensure_schema(Path(sys.argv[1]), wait_seconds=0, now=datetime.now(UTC))
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with one article, as the newsledger that knew three schema files wrote it."""
    path = tmp_path_factory.mktemp("released") / "old.duckdb"
    with duckdb.connect(str(path)) as connection:
        for file in sql_files("schema")[:LAST_BEFORE]:
            connection.execute(file.text)
            applied = [int(file.name[:4]), file.name]
            connection.execute("insert into ops.schema_migrations values (?, ?, now())", applied)
        connection.execute("create view paragraphs as from fct_paragraphs")
        connection.execute("insert into ops.view_installations values ('of then', now())")
        connection.execute(ROWS)
    return path


@pytest.fixture
def old(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(released, tmp_path))


def is_upgraded(path: Path) -> bool:
    with open_reader(path, wait_seconds=0) as connection:
        assert run_checks(connection) == []
        return connection.execute("select headline, body, text_state from articles").fetchall() == [
            ("Crane stays", "It stays.", "kept")
        ]


def schema_of(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return int(connection.execute("select max(version) from ops.schema_migrations").fetchall()[0][0])


def test_the_file_is_copied_before_its_tables_change(old: Path) -> None:
    copy = ensure_schema(old, wait_seconds=0, now=MONDAY)
    assert is_upgraded(old)
    assert copy is not None
    assert copy.name == f"old.duckdb.before-schema-{schema_of(old):04}"
    assert (schema_of(copy), upgrade_copies(old)) == (LAST_BEFORE, [copy])
    assert ensure_schema(old, wait_seconds=0, now=after(1)) is None


def test_words_for_comparing_become_hashes(old: Path) -> None:
    ensure_schema(old, wait_seconds=0, now=MONDAY)
    with open_reader(old, wait_seconds=0) as connection:
        keys = connection.execute(
            "select title_key from dim_articles union select title_key from fct_versions"
        ).fetchall()
        assert keys == connection.execute("select left(sha256('crane stays'), 16)").fetchall()


def test_new_views_need_no_copy(old: Path) -> None:
    ensure_schema(old, wait_seconds=0, now=MONDAY)
    for copy in upgrade_copies(old):
        copy.unlink()
    with duckdb.connect(str(old)) as connection:
        connection.execute("insert into ops.view_installations values ('of then', now())")
    assert ensure_schema(old, wait_seconds=0, now=after(1)) is None
    assert upgrade_copies(old) == []


def test_a_copy_that_is_there_already_is_kept(old: Path, tmp_path: Path) -> None:
    kept = tmp_path / f"old.duckdb.before-schema-{int(sql_files('schema')[-1].name[:4]):04}"
    kept.write_bytes(b"from the upgrade that was broken off")
    assert ensure_schema(old, wait_seconds=0, now=MONDAY) is None
    assert kept.read_bytes() == b"from the upgrade that was broken off"
    assert is_upgraded(old)


def test_without_room_for_the_copy_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024
    before = old.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1, 1, 1_000_000))
    with pytest.raises(WarehouseUnwritable, match=r" 1 MiB are free\. Nothing was changed; free some space"):
        ensure_schema(old, wait_seconds=0, now=MONDAY)
    assert old.read_bytes() == before
    assert upgrade_copies(old) == []


@pytest.mark.parametrize("moment", ["copying", "copied", "migrated"])
def test_an_upgrade_that_is_killed_goes_on(old: Path, moment: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_UPGRADE, str(old), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    ensure_schema(old, wait_seconds=0, now=MONDAY)
    assert is_upgraded(old)
    assert [schema_of(copy) for copy in upgrade_copies(old)] == [LAST_BEFORE]
