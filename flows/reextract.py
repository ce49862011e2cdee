"""Re-extraction: what the installed extractor reads differently in the pages of the raw archive, and the change.

Nobody is asked for anything: the pages are those that earlier runs kept.  What it would change is told field by field
before anything is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

import pyarrow as pa
from duckdb import DuckDBPyConnection

from flows.acquire.workers import LocalEngine
from flows.imports.own_archive import index_archive, read_again
from flows.lock import run_lock
from flows.progress import Progress
from flows.settings import Settings
from flows.spool import load_spool, prepare_warehouse
from transforms.article.extract import EXTRACTOR
from transforms.records import PageResult
from warehouse.connection import open_reader, open_writer
from warehouse.reextract import ChangedField, apply, compare, outdated_versions
from warehouse.stage import sweep_spool

EXAMPLES = 3
"""Changes of a field that a report shows."""


@dataclass(slots=True, kw_only=True)
class FieldReport:
    """How many versions a field changes in, and the first few changes."""

    changed: int = 0
    examples: list[ChangedField] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ReextractReport:
    """What reading the folder `archive` again found, and did.

    `outdated` versions were read by another extractor than `extractor`.  `read` of them could be read again; of the
    others the page is no longer in the archive (`missing`) or holds no article for this extractor (`lost`): they stay
    as they are.  `fields` are those that change.  `unfounded` versions are dropped when it is applied: they differed
    from the one before by what an extractor did.  `problems` are sentences on what could not be read.
    """

    extractor: str
    archive: str
    is_applied: bool
    outdated: int = 0
    read: int = 0
    missing: int = 0
    lost: int = 0
    unfounded: int = 0
    fields: dict[str, FieldReport] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def reextract(
    settings: Settings, *, site: str | None, is_applied: bool, clock: Callable[[], datetime], progress: Progress
) -> ReextractReport:
    """Reads the archived pages of outdated versions again, of one site or of all; writes only when `is_applied`.

    Applying it may be killed at any moment and run again: each batch of the archive is one transaction, and what was
    written is not outdated any more.  Raises RunInProgress and WarehouseBusy when it is to be applied beside a run, and
    the errors of `open_reader`.
    """
    report = ReextractReport(extractor=EXTRACTOR, archive=str(settings.archive), is_applied=is_applied)
    if is_applied:
        with _locked(settings, clock, progress, report.problems):
            _read_archive(settings, site, report, clock, progress)
    else:
        _read_archive(settings, site, report, clock, progress)
    return report


@contextmanager
def _locked(
    settings: Settings, clock: Callable[[], datetime], progress: Progress, problems: list[str]
) -> Iterator[None]:
    started_at = clock()
    with run_lock(settings.lock_file, run_id=f"{started_at:%Y%m%dT%H%M%SZ}-{token_hex(3)}", now=started_at):
        sweep_spool(settings.spool)
        prepare_warehouse(settings, now=started_at, note=progress.note)
        load_spool(settings, now=started_at, note=problems.append)
        yield


def _read_archive(
    settings: Settings,
    site: str | None,
    report: ReextractReport,
    clock: Callable[[], datetime],
    progress: Progress,
) -> None:
    with open_reader(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
        outdated = outdated_versions(connection, extractor=EXTRACTOR, site=site)
    wanted = {(row["run_id"], row["fetch_id"]) for row in outdated.to_pylist()}
    report.outdated = outdated.num_rows
    if not wanted:
        return
    progress.stage("looking through the archive", None)
    index = index_archive(sorted(settings.archive.glob("*.warc.gz")), report.problems.append)
    progress.stage("reading pages again", len(wanted))
    tried: Counter[str] = Counter()
    with LocalEngine(workers=settings.workers) as engine:
        for results in read_again(index, wanted=wanted, engine=engine, problem=report.problems.append):
            tried["lost"] += sum(result.article is None for result in results)
            tried["read"] += sum(result.article is not None for result in results)
            _take(settings, outdated, results, report, clock())
            progress.advance(len(results))
    report.lost = tried["lost"]
    report.missing = report.outdated - tried["read"] - tried["lost"]


def _take(
    settings: Settings, outdated: pa.Table, results: Sequence[PageResult], report: ReextractReport, now: datetime
) -> None:
    """Count what a batch changes and, where it is to be, write it."""
    opened = open_writer if report.is_applied else open_reader
    with opened(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
        _count(connection, outdated, results, settings, report)
        if report.is_applied:
            report.unfounded += apply(
                connection,
                outdated,
                results,
                keep_text=settings.keep_text,
                name=f"reextract-{now:%Y%m%dT%H%M%S%f}Z-{token_hex(3)}",
                now=now,
            )


def _count(
    connection: DuckDBPyConnection,
    outdated: pa.Table,
    results: Sequence[PageResult],
    settings: Settings,
    report: ReextractReport,
) -> None:
    count, changes = compare(connection, outdated, results, keep_text=settings.keep_text)
    report.read += count
    for change in changes:
        about = report.fields.setdefault(change.field, FieldReport())
        about.changed += 1
        if len(about.examples) < EXAMPLES:
            about.examples.append(change)
