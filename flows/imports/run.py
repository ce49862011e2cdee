"""`newsledger import`: everything that comes from files, into the same tables and by the same way as what is fetched.

files → documents ∥ saved pages ∥ WARC files ∥ our own archive → results → stage (Parquet) → load
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from secrets import token_hex

from flows.acquire.workers import LocalEngine
from flows.imports.documents import read_documents
from flows.imports.own_archive import index_archive, replay
from flows.imports.pages import read_saved_pages, read_warc_pages
from flows.imports.sources import Sources, find_sources
from flows.imports.warc_files import is_own_archive, read_records
from flows.lock import run_lock
from flows.progress import Progress
from flows.settings import Settings
from flows.spool import load_spool, prepare_warehouse
from transforms.errors import InputError
from transforms.records import PageResult, Run
from warehouse.connection import open_reader
from warehouse.load import last_load_seq, loaded_batches
from warehouse.reports import outcomes_since
from warehouse.stage import Batch, stage_batch, sweep_spool

RESULTS_PER_BATCH = 1000
BATCHES_PER_LOAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    `read` counts documents and pages by kind ("documents", "saved pages", "WARC pages", "archived pages"), `outcomes`
    what became of them.  `passed_over` counts records of WARC files that are no web pages, `known_batches` batches of
    our own archive that the warehouse has already.  `problems` are sentences on what could not be read.
    """

    read: Mapping[str, int]
    outcomes: Mapping[str, int]
    passed_over: int
    known_batches: int
    problems: Sequence[str]


def import_paths(
    paths: Sequence[Path], settings: Settings, *, clock: Callable[[], datetime], progress: Progress
) -> ImportReport:
    """Loads what is in the files and folders `paths`; what cannot be read is told, and the rest is loaded.

    Raises InputError, before anything is loaded, when a path does not exist or holds nothing that can be imported;
    RunInProgress beside a run, and WarehouseBusy when the file is not to be had for writing.
    """
    sources = find_sources(paths)
    started_at = clock()
    run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    with (
        run_lock(settings.lock_file, run_id=run_id, now=started_at),
        LocalEngine(workers=settings.workers) as engine,
    ):
        sweep_spool(settings.spool)
        prepare_warehouse(settings, now=started_at, note=progress.note)
        load_spool(settings, now=clock(), note=sources.problems.append)
        run = Run(run_id=run_id, started_at=started_at, trigger="import", code_version=version("newsledger"))
        return _Import(run, settings, sources, engine=engine, clock=clock, progress=progress).bring_in()


class _Import:
    """One import, while it goes on."""

    def __init__(
        self,
        run: Run,
        settings: Settings,
        sources: Sources,
        *,
        engine: LocalEngine,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._run = run
        self._settings = settings
        self._sources = sources
        self._engine = engine
        self._clock = clock
        self._progress = progress
        self._problems = sources.problems
        self._read: Counter[str] = Counter()
        self._passed_over = 0
        self._known_batches = 0
        self._numbered = 0
        self._staged = 0

    def bring_in(self) -> ImportReport:
        """Stages and loads all sources, one kind after the other."""
        run_id, problem = self._run.run_id, self._problems.append
        with open_reader(self._settings.warehouse, wait_seconds=self._settings.warehouse_wait) as warehouse:
            before = last_load_seq(warehouse)
        own, others = self._sorted_warc_files()
        if files := len(self._sources.documents) + len(self._sources.pages):
            self._progress.stage("documents and saved pages", files)
        self._take("documents", read_documents(self._sources.documents, run_id, clock=self._clock, problem=problem))
        self._take(
            "saved pages",
            read_saved_pages(self._sources.pages, run_id, engine=self._engine, clock=self._clock, problem=problem),
        )
        self._replay(own)
        for file in others:
            self._progress.stage(f"pages of {file.name}", None)
            self._take("WARC pages", self._pages_of(file))
        self._stage(Batch(batch_id=f"{run_id}-end", runs=[replace(self._run, ended_at=self._clock())]))
        self._load()
        with open_reader(self._settings.warehouse, wait_seconds=self._settings.warehouse_wait) as warehouse:
            outcomes = outcomes_since(warehouse, before)
        return ImportReport(
            read=dict(self._read),
            outcomes={str(outcome): count for outcome, count in outcomes.items()},
            passed_over=self._passed_over,
            known_batches=self._known_batches,
            problems=self._problems,
        )

    def _sorted_warc_files(self) -> tuple[list[Path], list[Path]]:
        """WARC files that newsledger wrote, and those of others; what is no WARC file becomes a problem."""
        own: list[Path] = []
        others: list[Path] = []
        for file in self._sources.warc_files:
            try:
                first = next(read_records(file, lambda _: None), None)
            except InputError as error:
                self._problems.append(str(error))
                continue
            (own if first is not None and is_own_archive(first) else others).append(file)
        return own, others

    def _pages_of(self, file: Path) -> Iterable[PageResult]:
        def passed_over() -> None:
            self._passed_over += 1

        yield from read_warc_pages(
            file, self._run.run_id, engine=self._engine, problem=self._problems.append, passed_over=passed_over
        )

    def _take(self, kind: str, results: Iterable[PageResult]) -> None:
        """Stages results in batches of this import's own."""
        waiting = iter(results)
        while batch := list(islice(waiting, RESULTS_PER_BATCH)):
            self._numbered += 1
            self._read[kind] += len(batch)
            self._progress.advance(len(batch))
            self._stage(
                Batch(batch_id=f"{self._run.run_id}-{self._numbered:05d}", runs=[self._run], page_results=batch)
            )

    def _replay(self, files: Sequence[Path]) -> None:
        """Stages the batches of our own archive again, under their own names."""
        index = index_archive(files, self._problems.append)
        with open_reader(self._settings.warehouse, wait_seconds=self._settings.warehouse_wait) as warehouse:
            known = loaded_batches(warehouse)
        self._known_batches = len(index.contexts.keys() & known)
        token = self._run.run_id.rpartition("-")[2]
        if batches := len(index.contexts.keys() - known):
            self._progress.stage("batches of the archive", batches)
        for batch in replay(index, known=known, token=token, engine=self._engine, problem=self._problems.append):
            self._read["archived pages"] += len(batch.page_results)
            self._progress.advance()
            self._stage(batch)

    def _stage(self, batch: Batch) -> None:
        stage_batch(self._settings.spool, batch)
        self._staged += 1
        if self._staged % BATCHES_PER_LOAD == 0:
            self._load()

    def _load(self) -> None:
        load_spool(self._settings, now=self._clock(), note=self._problems.append)
