"""Whatever stands in the spool's files, a batch is loaded or reported as damaged, and the others are loaded."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import a_fetch, a_listed_entry, a_poll, a_result, a_run, after, an_entry
from tests.warehouse.conftest import emptied
from warehouse.arrow_schemas import SCHEMAS
from warehouse.load import load_batches
from warehouse.stage import Batch, batch_file, stage_batch

NAMES = tuple(SCHEMAS)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a batch that has something in each."""
    batch = Batch(
        batch_id="1",
        runs=[a_run()],
        polls=[a_poll()],
        entries=[a_listed_entry(an_entry())],
        fetches=[a_fetch("1")],
        page_results=[a_result()],
    )
    folder = stage_batch(tmp_path_factory.mktemp("staged"), batch)
    return {name: batch_file(folder, name).read_bytes() for name in NAMES}


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, str, bytes, float]:
    kind = draw(st.sampled_from(("any bytes", "cut", "overwritten", "overwritten")))
    return draw(st.sampled_from(NAMES)), kind, draw(st.binary(min_size=1, max_size=40)), draw(st.floats(0, 1))


@given(damage=damages())
@settings(max_examples=60, deadline=None)
def test_any_bytes_end_as_a_loaded_or_a_damaged_batch(
    shared_warehouse: DuckDBPyConnection, staged: dict[str, bytes], damage: tuple[str, str, bytes, float]
) -> None:
    name, kind, data, place = damage
    good = staged[name]
    at = int(place * len(good))
    bad = {"any bytes": data, "cut": good[:at], "overwritten": good[:at] + data + good[at + len(data) :]}[kind]
    with TemporaryDirectory() as spool:
        folder = Path(spool, "1")
        folder.mkdir()
        for other, content in {**staged, name: bad}.items():
            batch_file(folder, other).write_bytes(content)
        report = load_batches(emptied(shared_warehouse), [folder], loaded_at=after(1000))
    assert [*report.loaded, *(batch.folder for batch in report.damaged)] == [folder]
    if bad != good and kind != "overwritten":
        assert report.damaged
