"""Records that are taken out of the raw archive leave all others where they were."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.acquire.archive import Archive
from flows.acquire.takedown import ArchiveTakedown, remove_records
from tests.factories import a_run
from tests.flows.acquire.clients import NOW
from tests.flows.acquire.test_archive import EXCHANGE

STORY = EXCHANGE.url
OTHER = "http://paper.example/other"
NAME = "run-1-0001.warc.gz"


def fill(folder: Path) -> tuple[list[str], bytes]:
    """Three exchanges, the second of which is to go; their places, and the file.  It begins with its warcinfo."""
    with Archive(folder, a_run()) as archive:
        kept = replace(EXCHANGE, url=OTHER, wire_body=b"<p>Kept</p>" * 40)
        places = [archive.add(exchange) for exchange in (kept, EXCHANGE, kept)]
    return places, (folder / NAME).read_bytes()


def take_down(folder: Path, *, raw_refs: frozenset[str] = frozenset()) -> ArchiveTakedown:
    return remove_records(folder, is_forgotten=lambda url: url == STORY, raw_refs=raw_refs, at=NOW)


def targets(data: bytes) -> list[tuple[str, str | None, bytes]]:
    return [
        (record.headers["WARC-Type"], record.headers.get("WARC-Target-URI"), record.reader.read())
        for record in ArchiveIterator(io.BytesIO(data), parse_http=False)
    ]


def test_removed_records_leave_the_others_in_their_places(tmp_path: Path) -> None:
    places, before = fill(tmp_path)
    assert take_down(tmp_path) == ArchiveTakedown(records=2, files=1, problems=())
    after = (tmp_path / NAME).read_bytes()
    start, end = (int(place.partition("#")[2]) for place in places[1:])
    assert (after[:start], after[end:], len(after)) == (before[:start], before[end:], len(before))
    assert targets(after[start:end]) == [("metadata", STORY, b""), ("metadata", STORY, b"")]
    assert [target for _, target, _ in targets(after)] == [None, OTHER, OTHER, STORY, STORY, OTHER, OTHER]
    assert b"Kept as it came" not in gzip.decompress(after)


def test_removing_again_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    take_down(tmp_path)
    file = tmp_path / NAME
    before = (file.read_bytes(), file.stat().st_ino)
    assert take_down(tmp_path) == ArchiveTakedown(records=0, files=0, problems=())
    assert (file.read_bytes(), file.stat().st_ino) == before


def test_a_record_is_removed_by_its_place_as_well(tmp_path: Path) -> None:
    places, _ = fill(tmp_path)
    assert take_down(tmp_path, raw_refs=frozenset({places[0]})).records == 3


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(f"WARC/1.1\r\nWARC-Target-URI: {STORY}\r\n\r\n", id="too-short-for-a-record"),
        pytest.param(
            f"WARC/1.0\r\nwarc-target-uri: <{STORY}>\r\nContent-Length: 0\r\n\r\n\r\n\r\n", id="other-spelling"
        ),
    ],
)
def test_a_filler_has_the_length_of_any_record(tmp_path: Path, record: str) -> None:
    _, before = fill(tmp_path)
    member = gzip.compress(record.encode())
    (tmp_path / NAME).write_bytes(member + before)
    assert take_down(tmp_path).records == 3
    after = (tmp_path / NAME).read_bytes()
    assert len(after) == len(member) + len(before)
    assert STORY.encode() not in gzip.decompress(after[: len(member)]) or len(member) > 150
    assert [target for _, target, _ in targets(after)][-6:] == [OTHER, OTHER, STORY, STORY, OTHER, OTHER]
    assert take_down(tmp_path).records == 0


def test_a_record_that_was_cut_off_is_removed_and_damage_is_told(tmp_path: Path) -> None:
    places, before = fill(tmp_path)
    start, end = (int(place.partition("#")[2]) for place in places[1:])
    cut = before[: start + (end - start) // 2]
    (tmp_path / NAME).write_bytes(cut)
    (tmp_path / "run-2-0001.warc.gz").write_bytes(b"no gzip at all" + before)
    report = take_down(tmp_path)
    assert report.records == 3
    assert [problem.partition(" cannot")[0] for problem in report.problems] == [str(tmp_path / "run-2-0001.warc.gz")]
    assert len((tmp_path / NAME).read_bytes()) == len(cut)
    assert (tmp_path / "run-2-0001.warc.gz").read_bytes()[:14] == b"no gzip at all"


def test_what_a_killed_takedown_left_is_swept_up(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / f".{NAME}.takedown").write_bytes(b"half")
    take_down(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_without_an_archive_there_is_nothing_to_remove(tmp_path: Path) -> None:
    assert take_down(tmp_path / "none") == ArchiveTakedown(records=0, files=0, problems=())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), damage=st.binary(max_size=60))
def test_any_bytes_end_as_a_report_and_a_file_of_the_same_length(tmp_path: Path, at: int, damage: bytes) -> None:
    for file in tmp_path.glob("*"):
        file.unlink()
    _, before = fill(tmp_path)
    at %= len(before)
    damaged = (before[:at] + damage + before[at + len(damage) :])[: len(before)]
    (tmp_path / NAME).write_bytes(damaged)
    take_down(tmp_path)
    assert len((tmp_path / NAME).read_bytes()) == len(damaged)
