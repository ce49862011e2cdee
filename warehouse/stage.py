"""Staging: a batch of records becomes a folder of Parquet files in the spool, durable before anything is loaded.

A folder appears under its final name only when all its files are complete and on disk; until then it is `.tmp-…`.
Batches are loaded in the order of their names, so a batch_id begins with what sorts by time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import WarehouseUnwritable
from transforms.records import Fetch, ListedEntry, PageResult, Poll, RobotsFile, Run
from warehouse.arrow_schemas import SCHEMAS
from warehouse.rows import Row, article_row, entry_row, fetch_row, poll_row, result_row, robots_row, run_row

_TEMPORARY = ".tmp-"
_DAMAGED = ".damaged-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records that are loaded together or not at all.

    A feed is polled at most once in a batch, and the entries of a poll are in the batch of the poll.
    `batch_id` names a folder: letters, digits, ".", "_" and "-", not beginning with ".".
    """

    batch_id: str
    runs: Sequence[Run] = ()
    polls: Sequence[Poll] = ()
    entries: Sequence[ListedEntry] = ()
    fetches: Sequence[Fetch] = ()
    robots_files: Sequence[RobotsFile] = ()
    page_results: Sequence[PageResult] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedBatch:
    """A staged batch that cannot be read: its folder, and the file that is wrong with what is wrong about it."""

    folder: Path
    reason: str


def stage_batch(spool: Path, batch: Batch) -> Path:
    """Write `batch` to `spool` and return its folder; a batch that is there already is replaced.

    Raises WarehouseUnwritable when the disk is full or the spool cannot be written; then nothing is left behind.
    """
    tables = staged_tables(batch)
    folder = spool / batch.batch_id
    temporary = spool / f"{_TEMPORARY}{batch.batch_id}"
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, table in tables.items():
            _write_durably(table, batch_file(temporary, name))
        _sync_folder(temporary)
        discard_batches([folder])
        temporary.rename(folder)
        _sync_folder(spool)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise WarehouseUnwritable(
            f"Batch {batch.batch_id} could not be staged in {spool}: {error.strerror or error}. "
            "What it held is fetched again by the next run; free some space or mend the folder's permissions first."
        ) from error
    return folder


def staged_tables(batch: Batch) -> dict[str, pa.Table]:
    """The rows of a batch as its files hold them, by the names of `arrow_schemas.SCHEMAS`."""
    return {name: as_table(name, rows) for name, rows in _rows(batch).items()}


def pending_batches(spool: Path) -> list[Path]:
    """Return the folders of complete batches in `spool`, in the order in which they are to be loaded."""
    if not spool.is_dir():
        return []
    return sorted(path for path in spool.iterdir() if path.is_dir() and not path.name.startswith("."))


def discard_batches(folders: Iterable[Path]) -> None:
    """Remove the folders of loaded batches; one that is gone already is no error.

    Each is renamed first: a process killed in between leaves no half batch under a batch's name.
    """
    for folder in folders:
        doomed = folder.with_name(f"{_TEMPORARY}discarded-{folder.name}")
        shutil.rmtree(doomed, ignore_errors=True)
        try:
            folder.rename(doomed)
        except FileNotFoundError:
            continue
        shutil.rmtree(doomed, ignore_errors=True)


def set_aside(damaged: Iterable[DamagedBatch]) -> list[str]:
    """Move batches that cannot be read out of the way of later loads; return a sentence for each, for people.

    They go to `.damaged-<batch_id>` in the spool, or `.damaged-<batch_id>-2`, … where there is one: none is deleted.
    """
    sentences = []
    for batch in damaged:
        aside = _free_name(batch.folder.with_name(f"{_DAMAGED}{batch.folder.name}"))
        batch.folder.rename(aside)
        sentences.append(
            f"Batch {batch.folder.name} was not loaded: {batch.reason}. "
            f"It was moved to {aside}; its pages are asked for again when they are due."
        )
    return sentences


def damaged_batches(spool: Path) -> list[Path]:
    """Return the folders of batches that were set aside because they cannot be read."""
    return sorted(spool.glob(f"{_DAMAGED}*"))


def sweep_spool(spool: Path) -> None:
    """Remove the unfinished folders that killed runs left in `spool`; only who holds the run lock may call it."""
    for folder in spool.glob(f"{_TEMPORARY}*"):
        shutil.rmtree(folder, ignore_errors=True)


def batch_file(folder: Path, name: str) -> Path:
    """Return the path of one of a batch's files; `name` is a key of `arrow_schemas.SCHEMAS`."""
    return folder / f"{name}.parquet"


def _free_name(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(name for name in chain([path], numbered) if not name.exists())


def _rows(batch: Batch) -> dict[str, list[Row]]:
    results = list(enumerate(batch.page_results))
    return {
        "runs": [run_row(run) for run in batch.runs],
        "polls": [poll_row(poll) for poll in batch.polls],
        "entries": [entry_row(listed) for listed in batch.entries],
        "fetches": [fetch_row(fetch) for fetch in batch.fetches],
        "robots_files": [robots_row(file) for file in batch.robots_files],
        "page_results": [result_row(number, result) for number, result in results],
        "articles": [article_row(number, result, result.article) for number, result in results if result.article],
    }


def as_table(name: str, rows: list[Row]) -> pa.Table:
    """Return rows as the staged table `name` has them; what UTF-8 cannot hold is replaced."""
    try:
        return pa.Table.from_pylist(rows, schema=SCHEMAS[name])
    except UnicodeEncodeError:
        return pa.Table.from_pylist([_storable(row) for row in rows], schema=SCHEMAS[name])


def _storable(value: Any) -> Any:
    """Replace half surrogate pairs, which JSON may escape and UTF-8 cannot hold, in all texts of a row."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_storable(item) for item in value)
    return value


def _write_durably(table: pa.Table, path: Path) -> None:
    # The checksums are what tells a damaged page from a good one: a flipped bit in a text decodes without an error.
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
