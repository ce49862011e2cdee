"""Readers let a waiting writer in: who comes later waits, and a question that is being answered gives way."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from tests.factories import MONDAY
from transforms.errors import WarehouseBusy
from warehouse.connection import ask, ensure_schema, open_reader, open_writer
from warehouse.turnstile import GivingWay, holding, turnstile_file

ENDLESS = "select count(*) from range(1000000000) as a, range(1000000000) as b where a.range % 7 = b.range % 5"
READER = """
import sys, threading
from pathlib import Path
from warehouse.connection import ask
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
count = 0
while not ended.is_set():
    ask(Path(sys.argv[1]), lambda c, _: c.execute("from articles").fetchall(), wait_seconds=30, note=print)
    count += 1
    if count == 1:
        print("reading", flush=True)
print(count)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "newsledger.duckdb"
    ensure_schema(path, wait_seconds=1, now=MONDAY)
    return path


def is_held(path: Path) -> bool:
    with turnstile_file(path).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_writer_holds_the_turnstile_while_it_waits_and_writes(path: Path) -> None:
    with open_writer(path, wait_seconds=1):
        assert is_held(path)
    assert not is_held(path)
    with open_reader(path, wait_seconds=1), pytest.raises(WarehouseBusy), open_writer(path, wait_seconds=0.1):
        pass
    assert not is_held(path)


def test_a_reader_goes_in_all_the_same_when_the_writer_is_kept_out_by_another(path: Path) -> None:
    with holding(path, wait_seconds=0), open_reader(path, wait_seconds=0.1) as connection:
        assert connection.execute("select count(*) from articles").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "make_useless", [Path.mkdir, lambda file: file.write_text("")], ids=["folder", "no-permission"]
)
def test_a_turnstile_that_cannot_be_had_stops_nobody(path: Path, make_useless: object) -> None:
    file = turnstile_file(path)
    file.unlink(missing_ok=True)
    make_useless(file)  # type: ignore[operator]
    file.chmod(0)
    with open_writer(path, wait_seconds=1):
        pass
    with open_reader(path, wait_seconds=1):
        pass


def test_a_question_gives_way_to_a_writer_and_is_asked_again(path: Path) -> None:
    told: list[str] = []
    with ExitStack() as writer:

        def question(connection: DuckDBPyConnection, _: GivingWay) -> list[tuple[int]]:
            if not told:
                writer.enter_context(holding(path, wait_seconds=0))
                connection.execute(ENDLESS).fetchall()
            return connection.execute("select 42").fetchall()

        def note(text: str) -> None:
            told.append(text)
            writer.close()

        assert ask(path, question, wait_seconds=0.4, note=note) == [(42,)]
    assert told == ["A run is waiting to load; the question is asked again when it has."]


def test_a_question_that_gives_way_again_and_again_ends(path: Path) -> None:
    def question(_: DuckDBPyConnection, way: GivingWay) -> None:
        while True:
            way.give_way_if_asked()

    with holding(path, wait_seconds=0), pytest.raises(WarehouseBusy, match="gave way to 4 loads"):
        ask(path, question, wait_seconds=0.1, note=lambda _: None)


def test_readers_in_a_loop_and_a_writer_all_get_their_turn(path: Path) -> None:
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
    for _ in range(5):
        with open_writer(path, wait_seconds=30) as connection:
            connection.execute("insert into dim_sites values ('a.example', now(), 1)")
    answers = [reader.communicate()[0] for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0, 0]
    assert all(int(answer.split()[-1]) for answer in answers)
