from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import FEED, a_fetch, a_listed_entry, a_poll, a_result, a_run, after, an_article, an_entry
from tests.warehouse.conftest import Ledger
from warehouse.checks import run_checks
from warehouse.connection import ensure_schema, open_writer
from warehouse.load import load_batches
from warehouse.stage import batch_file, pending_batches

TABLES = (
    "dim_feeds",
    "dim_sites",
    "dim_articles",
    "fct_polls",
    "fct_sightings",
    "fct_fetches",
    "fct_versions",
    "fct_paragraphs",
    "fct_outcomes",
    "ops.runs",
    "ops.loads",
    "ops.feed_state",
    "ops.url_aliases",
    "ops.url_state",
)


def contents(ledger: Ledger) -> dict[str, list[object]]:
    return {table: sorted(map(repr, ledger.rows(f"from {table}"))) for table in TABLES}


def stage_a_run(ledger: Ledger) -> list[Path]:
    return [
        ledger.stage(
            runs=[a_run()],
            polls=[a_poll()],
            entries=[a_listed_entry(an_entry()), a_listed_entry(an_entry("https://news.example/ferry"))],
        ),
        ledger.stage(fetches=[a_fetch()], page_results=[a_result()]),
    ]


def test_a_batch_that_is_loaded_again_changes_nothing(ledger: Ledger) -> None:
    batches = stage_a_run(ledger)
    load_batches(ledger.connection, batches, loaded_at=after(10))
    before = contents(ledger)
    report = load_batches(ledger.connection, batches, loaded_at=after(20))

    assert (report.load_seq, report.loaded, report.skipped) == (None, (), tuple(batches))
    assert contents(ledger) == before


def test_records_staged_again_under_another_name_are_not_doubled(ledger: Ledger) -> None:
    stage_a_run(ledger)
    stage_a_run(ledger)
    ledger.load()

    assert ledger.values("select count(*) from fct_polls") == [1]
    assert ledger.values("select count(*) from fetches") == [1]
    assert ledger.rows("select url, outcome from outcomes order by all") == [
        ("https://news.example/crane", "loaded"),
        ("https://news.example/ferry", "deferred"),
    ]


def test_loads_are_numbered_upwards_and_every_fact_says_which_wrote_it(ledger: Ledger) -> None:
    first = ledger.load(polls=[a_poll()])
    second = ledger.load(fetches=[a_fetch()])

    assert (first.load_seq, second.load_seq) == (1, 2)
    assert ledger.rows("select load_seq, batch_id, poll_count, fetch_count from ops.loads order by all") == [
        (1, "0001", 1, 0),
        (2, "0002", 0, 1),
    ]
    assert ledger.values("select load_seq from fetches") == [2]


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip_a_bit_of_the_data(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[60] ^= 0x40
    path.write_bytes(content)


def with_other_columns(path: Path) -> None:
    path.write_bytes((path.parent / "runs.parquet").read_bytes())


@pytest.mark.parametrize("damage", [cut_short, flip_a_bit_of_the_data, with_other_columns, Path.unlink])
def test_a_damaged_batch_is_reported_and_stays_and_the_others_are_loaded(ledger: Ledger, damage: object) -> None:
    bad, good = ledger.stage(runs=[a_run()], page_results=[a_result()]), ledger.stage(fetches=[a_fetch()])
    assert callable(damage)
    damage(batch_file(bad, "page_results"))
    report = load_batches(ledger.connection, [bad, good], loaded_at=after(10))

    (reported,) = report.damaged
    assert reported.folder == bad
    assert "page_results.parquet cannot be read" in reported.reason
    assert report.loaded == (good,)
    assert ledger.rows("from runs") == []
    assert ledger.values("select fetch_id from fetches") == ["fetch-1"]
    assert pending_batches(ledger.spool) == [bad, good]


def test_a_load_that_fails_midway_loads_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = stage_a_run(ledger)
    monkeypatch.setattr("warehouse.load.record_load", lambda *arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load_batches(ledger.connection, batches, loaded_at=after(10))

    assert not any(contents(ledger).values())
    monkeypatch.undo()
    assert load_batches(ledger.connection, batches, loaded_at=after(10)).loaded == tuple(batches)


def test_a_run_that_brings_nothing_new_touches_only_runs_polls_and_feed_state(ledger: Ledger) -> None:
    stage_a_run(ledger)
    ledger.load()
    before = contents(ledger)
    ledger.load(
        runs=[a_run("run-2")],
        polls=[a_poll(after(60), run_id="run-2")],
        entries=[
            a_listed_entry(an_entry("https://news.example/ferry"), polled_at=after(60)),
            a_listed_entry(an_entry(), polled_at=after(60)),
        ],
        fetches=[a_fetch("fetch-2", purpose="feed", url=FEED)],
    )
    now = contents(ledger)

    assert {table for table in TABLES if now[table] != before[table]} == {
        "ops.runs",
        "ops.loads",
        "ops.feed_state",
        "fct_polls",
        "fct_fetches",
    }


KILLED_IN_THE_SECOND_BATCH = """
import os, sys
from pathlib import Path
from tests.factories import after
from warehouse import load
from warehouse.connection import open_writer

record = load.record_load
load.record_load = lambda connection, batch_id, *rest: (
    os._exit(9) if batch_id == "0002" else record(connection, batch_id, *rest)
)
path, *batches = map(Path, sys.argv[1:])
with open_writer(path, wait_seconds=0) as connection:
    load.load_batches(connection, batches, loaded_at=after(10))
"""


def test_a_process_killed_in_a_load_leaves_the_warehouse_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "newsledger.duckdb"
    ensure_schema(path, wait_seconds=0, now=after(0))
    batches = stage_a_run(ledger)
    killed = subprocess.run([sys.executable, "-c", KILLED_IN_THE_SECOND_BATCH, path, *batches], check=False)
    assert killed.returncode == 9

    with open_writer(path, wait_seconds=0) as connection:
        assert connection.execute("select count(*) from ops.loads").fetchall() == [(0,)]
        assert load_batches(connection, batches, loaded_at=after(10)).loaded == tuple(batches)
        assert run_checks(connection) == []


def test_unusual_texts_arrive_as_they_are(ledger: Ledger) -> None:
    headline = "Nul \x00, quote ', tab \t, “Ŋ”, 🏗 and right-to-left \u202e"
    ledger.load(page_results=[a_result(article=an_article(headline=headline))])

    assert ledger.values("select headline from articles") == [headline]
