from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.factories import a_listed_entry, a_result, an_article, an_entry, paragraphs
from transforms.errors import WarehouseUnwritable
from warehouse import stage
from warehouse.arrow_schemas import SCHEMAS
from warehouse.rows import feed_id_of, without_credentials
from warehouse.stage import (
    Batch,
    DamagedBatch,
    batch_file,
    discard_batches,
    pending_batches,
    set_aside,
    stage_batch,
    sweep_spool,
)


def test_a_batch_is_a_folder_with_a_file_for_every_kind_of_record(tmp_path: Path) -> None:
    folder = stage_batch(tmp_path / "spool", Batch(batch_id="0001", page_results=[a_result()]))

    assert folder == tmp_path / "spool" / "0001"
    assert {file.name for file in folder.iterdir()} == {f"{name}.parquet" for name in SCHEMAS}
    assert pq.read_table(batch_file(folder, "articles"))["headline"].to_pylist() == ["Crane stays"]


def test_pending_batches_come_in_order_of_their_names_without_unfinished_ones(tmp_path: Path) -> None:
    for batch_id in ("20260302T0700-2", "20260302T0600-1", "20260302T0700-1"):
        stage_batch(tmp_path, Batch(batch_id=batch_id))
    (tmp_path / ".tmp-20260302T0500-1").mkdir()
    (tmp_path / ".damaged-20260302T0500-2").mkdir()
    (tmp_path / "notes.txt").touch()

    assert [folder.name for folder in pending_batches(tmp_path)] == [
        "20260302T0600-1",
        "20260302T0700-1",
        "20260302T0700-2",
    ]
    assert pending_batches(tmp_path / "no such spool") == []


def test_a_batch_staged_again_replaces_the_first(tmp_path: Path) -> None:
    stage_batch(tmp_path, Batch(batch_id="1", page_results=[a_result(), a_result("https://news.example/2")]))
    folder = stage_batch(tmp_path, Batch(batch_id="1", page_results=[a_result()]))

    assert pq.read_table(batch_file(folder, "page_results")).num_rows == 1


def test_discarded_batches_are_gone_and_may_be_discarded_again(tmp_path: Path) -> None:
    folders = [stage_batch(tmp_path, Batch(batch_id=batch_id)) for batch_id in "12"]
    discard_batches(folders)
    discard_batches(folders)

    assert list(tmp_path.iterdir()) == []


def test_damaged_batches_are_set_aside_and_none_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    for number in range(3):
        folder = stage_batch(tmp_path, Batch(batch_id="1"))
        batch_file(folder, "runs").write_text(f"broken {number}")
        (sentence,) = set_aside([DamagedBatch(folder=folder, reason="runs.parquet cannot be read (why)")])
        assert sentence.startswith("Batch 1 was not loaded: runs.parquet cannot be read (why). It was moved to ")

    assert pending_batches(tmp_path) == []
    assert {path.name: batch_file(path, "runs").read_text() for path in tmp_path.iterdir()} == {
        ".damaged-1": "broken 0",
        ".damaged-1-2": "broken 1",
        ".damaged-1-3": "broken 2",
    }


def test_sweeping_removes_what_killed_runs_left_and_nothing_else(tmp_path: Path) -> None:
    kept = stage_batch(tmp_path, Batch(batch_id="1"))
    for name in (".tmp-2", ".tmp-discarded-3", ".damaged-4"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "runs.parquet").touch()
    sweep_spool(tmp_path)
    sweep_spool(tmp_path / "no such spool")

    assert {path.name for path in tmp_path.iterdir()} == {kept.name, ".damaged-4"}


def test_a_spool_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")

    with pytest.raises(WarehouseUnwritable, match="Batch 7 could not be staged"):
        stage_batch(tmp_path / "spool", Batch(batch_id="7"))


def test_a_full_disk_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def fills_up(table: object, path: Path) -> None:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        path.write_bytes(b"PAR1")

    monkeypatch.setattr(stage, "_write_durably", fills_up)
    with pytest.raises(WarehouseUnwritable, match="No space left on device"):
        stage_batch(tmp_path, Batch(batch_id="7"))

    assert len(written) == 3
    assert list(tmp_path.iterdir()) == []


def test_half_a_surrogate_pair_costs_one_character(tmp_path: Path) -> None:
    entry = an_entry(title="Crane \ud83d stays", authors=("Ada \udc00",))
    article = an_article(paragraphs=paragraphs("It \ud83d stays."), witnesses={"body": "\ud800"})
    folder = stage_batch(
        tmp_path, Batch(batch_id="1", entries=[a_listed_entry(entry)], page_results=[a_result(article=article)])
    )

    assert pq.read_table(batch_file(folder, "entries")).select(["title", "authors"]).to_pylist() == [
        {"title": "Crane ? stays", "authors": ["Ada ?"]}
    ]
    assert pq.read_table(batch_file(folder, "articles"))["body"].to_pylist() == ["It ? stays."]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://u:p@news.example/feed?a=b@c", "https://news.example/feed?a=b@c", id="user-and-password"),
        pytest.param("https://news.example/@ada", "https://news.example/@ada", id="at-sign-in-the-path"),
        pytest.param("https://u:p@[::1]:80/feed", "https://[::1]:80/feed", id="address-literal"),
        pytest.param("http://[broken", "http://[broken", id="no-url"),
    ],
)
def test_addresses_are_kept_without_credentials(url: str, expected: str) -> None:
    assert without_credentials(url) == expected
    assert feed_id_of(url) == feed_id_of(expected)
