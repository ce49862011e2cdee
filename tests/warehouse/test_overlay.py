from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.factories import (
    FEED,
    MONDAY,
    a_fetch,
    a_listed_entry,
    a_poll,
    a_result,
    a_robots_file,
    a_run,
    after,
    an_article,
    an_entry,
)
from warehouse.connection import ensure_schema, open_reader, open_writer
from warehouse.load import load_batches
from warehouse.manners import read_manners
from warehouse.overlay import open_state
from warehouse.stage import Batch, batch_file, pending_batches, stage_batch
from warehouse.state import plan_pages, read_feed_states, read_known_keys

FERRY = "https://news.example/ferry"


def test_what_is_in_the_spool_counts_as_if_it_were_loaded(tmp_path: Path) -> None:
    path, spool = tmp_path / "newsledger.duckdb", tmp_path / "spool"
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    crane, ferry = a_listed_entry(an_entry(guid="crane")), a_listed_entry(an_entry(FERRY, guid="ferry"))
    first = Batch(batch_id="1", runs=[a_run()], polls=[a_poll()], entries=[crane], page_results=[a_result()])
    with open_writer(path, wait_seconds=0) as connection:
        load_batches(connection, [stage_batch(tmp_path, first)], loaded_at=after(10))
    stage_batch(spool, Batch(batch_id="2", polls=[a_poll(after(60))], entries=[crane, ferry]))
    stage_batch(spool, Batch(batch_id="3", page_results=[a_result(FERRY, at=after(61), article=an_article(FERRY))]))
    before = path.read_bytes()
    pending = pending_batches(spool)
    next_poll = stage_batch(tmp_path, Batch(batch_id="4", polls=[a_poll(after(120))], entries=[crane, ferry]))

    with open_state(path, pending, wait_seconds=0, now=after(120)) as state:
        assert read_feed_states(state)[FEED].last_polled_at == after(60)
        assert read_known_keys(state) == {"news.example/crane", "news.example/ferry"}
        assert plan_pages(state, next_poll, now=after(120), recheck=True) == []
    assert path.read_bytes() == before
    assert pending_batches(spool) == pending


def test_a_damaged_batch_counts_for_nothing_and_stays_where_it_is(tmp_path: Path) -> None:
    path, spool = tmp_path / "newsledger.duckdb", tmp_path / "spool"
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    damaged = stage_batch(spool, Batch(batch_id="1", polls=[a_poll()]))
    batch_file(damaged, "polls").write_bytes(b"PAR1")
    pending = [damaged, stage_batch(spool, Batch(batch_id="2", page_results=[a_result(FERRY)]))]

    for _ in range(2):
        with open_state(path, pending, wait_seconds=0, now=after(120)) as state:
            assert read_feed_states(state) == {}
            assert read_known_keys(state) == {"news.example/ferry"}
    assert pending_batches(spool) == pending


def test_what_binds_a_run_is_known_while_batches_wait(tmp_path: Path) -> None:
    path, spool = tmp_path / "newsledger.duckdb", tmp_path / "spool"
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    slow = a_robots_file("https://slow.example", crawl_delay_seconds=5.0)
    stored = Batch(batch_id="1", robots_files=[slow], fetches=[a_fetch("1", host="asked.example")])
    with open_writer(path, wait_seconds=0) as connection:
        load_batches(connection, [stage_batch(tmp_path, stored)], loaded_at=after(20))
    wait = a_fetch("2", status=503, ended_at=after(1), retry_after_until=after(90), host="wait.example")
    stage_batch(
        spool,
        Batch(batch_id="2", robots_files=[replace(slow, read_at=after(30), crawl_delay_seconds=9.0)], fetches=[wait]),
    )

    with open_state(path, pending_batches(spool), wait_seconds=0, now=after(59)) as state:
        manners = read_manners(state, now=after(59), robots_since=MONDAY)
    assert [file.crawl_delay_seconds for file in manners.robots_files] == [9.0]
    assert [known.host for known in manners.recently_asked] == ["asked.example", "wait.example"]
    assert [known.until for known in manners.asked_to_wait] == [after(90)]


def test_without_pending_batches_the_state_is_the_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "newsledger.duckdb"
    ensure_schema(path, wait_seconds=0, now=MONDAY)

    with open_state(path, [], wait_seconds=0, now=MONDAY) as state, open_reader(path, wait_seconds=0):
        assert state.execute("select count(*) from articles").fetchall() == [(0,)]
