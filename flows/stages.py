"""The stages of one run as plain methods: what the flow's tasks call, and tests without Prefect.

State passes from stage to stage through the spool (Parquet) and this object, never through Prefect.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from duckdb import DuckDBPyConnection

from flows.acquire.archive import Archive
from flows.acquire.client import Client, ClientSettings
from flows.acquire.contexts import PageContext
from flows.acquire.engine import Engine
from flows.acquire.outage import own_outage, without_own_trouble
from flows.acquire.pacing import Pacer
from flows.acquire.page_results import AcquiredPage
from flows.acquire.pages import PageAcquirer
from flows.acquire.poll import Poller, PollOutcome, suppressed_polls
from flows.acquire.resume import resume
from flows.acquire.retention import expired_files
from flows.acquire.retries import RetryPolicy
from flows.acquire.robots import Robots
from flows.acquire.witness import ask_witnesses
from flows.acquire.workers import LocalEngine
from flows.feeds_file import FeedSpec
from flows.lock import run_lock
from flows.progress import Progress
from flows.report import RunSummary
from flows.settings import Settings
from flows.spool import load_spool, prepare_warehouse
from flows.user_agent import user_agent
from transforms.cadence import may_ask
from transforms.errors import NetworkDown, WarehouseBusy
from transforms.outcomes import Outcome
from transforms.records import DuePage, FeedHealth, FeedState, Fetch, KeepText, RobotsFile, Run
from transforms.text import counted
from warehouse.checks import Offence, run_checks
from warehouse.connection import open_reader
from warehouse.manners import read_manners
from warehouse.overlay import open_state
from warehouse.reports import RunReport, run_report
from warehouse.stage import Batch, pending_batches, stage_batch, sweep_spool
from warehouse.state import plan_pages, read_feed_states, read_known_keys
from warehouse.suppressions import Suppressions, read_suppressions
from warehouse.takedowns import unfinished_sentence, unfinished_takedowns

BODIES_IN_MEMORY = 64
"""Bodies are at most 5 MiB, and a few hundred KiB as a rule."""
NAMES_LOOKED_UP_AT_ONCE = 32
ROBOTS_KEPT = timedelta(hours=24)
"""How long what a robots.txt says may be relied on (RFC 9309, section 2.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What one run was asked to do."""

    settings: Settings
    feeds: Sequence[FeedSpec]
    trigger: str = "manual"
    force: bool = False
    wait: bool = False


class IngestRun:
    """One run, from the lock to the report.  A context manager: leaving it ends workers, connections and the lock."""

    def __init__(
        self,
        request: RunRequest,
        *,
        clock: Callable[[], datetime],
        progress: Progress,
        engine: Engine | None = None,
    ) -> None:
        """`engine` does the CPU work and is left open; without one, the run has worker processes of its own."""
        self._settings = request.settings
        self._request = request
        self._clock = clock
        self._progress = progress
        self._resources = ExitStack()
        self._longest = timedelta(minutes=request.settings.max_run_minutes)
        self._deadline = time.monotonic() + self._longest.total_seconds()
        self.started_at = clock()
        self.run_id = f"{self.started_at:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
        self._archive: Archive | None = None
        self._batches = 0
        self._offences: list[Offence] = []
        self._left_behind: list[Path] = []
        self._first_load: int | None = None
        self._robots_fetches: list[Fetch] = []
        self._robots_files: list[RobotsFile] = []
        self._polled: list[PollOutcome] = []
        self._not_due = 0
        self._due: list[DuePage] = []
        self._left_out = 0
        self._staged_keys: set[str] = set()
        self._known_keys: set[str] = set()
        self._suppressions = Suppressions(())
        self._poll_batch: Path | None = None
        self._seconds: dict[str, float] = {}
        self._workers = LocalEngine(workers=request.settings.workers)
        self._engine = engine or self._workers

    # ------------------------------------------------------------ opening and closing

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._resources.close()
            raise
        return self

    def _open(self) -> None:
        settings, enter = self._settings, self._resources.enter_context
        note = self._progress.note
        waiting = note if self._request.wait else None
        enter(run_lock(settings.lock_file, run_id=self.run_id, now=self.started_at, waiting=waiting))
        sweep_spool(settings.spool)
        if self._engine is self._workers:
            enter(self._workers)
        prepare_warehouse(settings, now=self.started_at, note=note)
        for target in unfinished_takedowns(settings.warehouse):
            note(unfinished_sentence(target))
        self._load_left_behind()
        self._loop = enter(asyncio.Runner())
        # a name look-up blocks a thread, and by default there are as few threads as cores
        resolvers = ThreadPoolExecutor(NAMES_LOOKED_UP_AT_ONCE, thread_name_prefix="look-up")
        self._loop.get_loop().set_default_executor(resolvers)
        if settings.keep_text is KeepText.FULL:  # raw answers are text
            self._archive = enter(Archive(settings.archive, self._run_row(ended_at=None)))
        self._pacer = Pacer(interval_seconds=settings.per_host_interval, concurrency=settings.per_host_concurrency)
        client_settings = ClientSettings(
            user_agent=user_agent(settings.contact),
            environment=dict(os.environ),
            allow_hosts=settings.allow_hosts,
            max_bytes=settings.max_bytes,
        )
        client = Client(
            client_settings, clock=self._clock, run_id=self.run_id, pacer=self._pacer, archive=self._archive
        )
        self._client = self._loop.run(client.__aenter__())
        self._resources.callback(lambda: self._loop.run(client.__aexit__(None, None, None)))
        self._policy = RetryPolicy()
        self._robots = Robots(
            self._client,
            policy=self._policy,
            clock=self._clock,
            on_fetched=self._robots_fetches.extend,
            on_read=self._robots_files.append,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._resources.close()

    # ------------------------------------------------------------ the stages, in their order

    def poll(self) -> int:
        """Asks the feeds that are due and stages what they said.  Returns how many were asked.

        Raises NetworkDown, with nothing staged, when no feed's server answered: then the trouble is ours.
        """
        with self._timed("poll"):
            with self._state() as state:
                states = read_feed_states(state)
                manners = read_manners(
                    state, now=self.started_at, robots_since=self.started_at - ROBOTS_KEPT + self._longest
                )
                suppressions = read_suppressions(state)
            suppressed = [feed for feed in self._request.feeds if suppressions.of(feed.address)]
            due = [
                feed
                for feed in self._request.feeds
                if feed not in suppressed
                and may_ask(states.get(feed.address), self.started_at, force=self._request.force)
            ]
            self._not_due = len(self._request.feeds) - len(due)
            self._progress.stage("feeds", len(due))
            poller = Poller(
                client=self._client,
                robots=self._robots,
                engine=self._engine,
                clock=self._clock,
                run_id=self.run_id,
                max_entries=self._settings.max_entries_per_feed,
                policy=self._policy,
                suppression=suppressions.reason_for,
                fresh_within=self._settings.fresh_time,
            )
            self._robots.know(manners.robots_files)
            self._loop.run(resume(self._client, manners, now=self.started_at))
            self._polled = self._loop.run(poller.poll_all(due, states, self._progress.advance))
            if outage := own_outage(self._polled):
                raise NetworkDown(outage)
            self._polled, trouble = without_own_trouble(self._polled, states)
            if trouble:
                self._progress.note(trouble)
            self._tell_of_feeds(states)
            testimony = self._loop.run(ask_witnesses(poller, self._robots, self._polled, self._request.feeds, states))
            self._polled = testimony.polled
            outcomes = [*testimony.polled, *testimony.witnesses]
            self._poll_batch = self._stage(
                self._next_batch_id(),
                runs=[self._run_row(ended_at=None)],
                polls=[
                    *(outcome.poll for outcome in outcomes),
                    *suppressed_polls(suppressed, states, suppressions, run_id=self.run_id, now=self._clock()),
                ],
                entries=[entry for outcome in outcomes for entry in outcome.entries],
                fetches=[fetch for outcome in outcomes for fetch in outcome.fetches],
            )
        return len(due)

    def plan(self) -> int:
        """Decides which pages are asked for.  Returns how many."""
        with self._timed("plan"):
            assert self._poll_batch is not None
            with self._state() as state:
                self._suppressions = read_suppressions(state)
                self._due = plan_pages(
                    state, self._poll_batch, now=self._clock(), recheck=self._settings.recheck == "announced"
                )
                if self._due:
                    self._known_keys = read_known_keys(state)
        return len(self._due)

    def acquire(self) -> int:
        """Fetches, extracts and stages the planned pages; a second call does what the first left undone."""
        with self._timed("acquire"):
            due = [page for page in self._due if page.url_key not in self._staged_keys]
            self._progress.stage("pages", len(due))
            acquirer = PageAcquirer(
                client=self._client,
                robots=self._robots,
                policy=self._policy,
                engine=self._engine,
                clock=self._clock,
                run_id=self.run_id,
                known_keys=self._known_keys,
                suppression=self._suppressions.reason_for,
                stage=self._stage_pages,
                per_host_concurrency=self._settings.per_host_concurrency,
                bodies_in_memory=BODIES_IN_MEMORY,
                text_feeds={feed.address for feed in self._request.feeds if feed.fetch == "feed"},
                deadline=self._deadline,
            )
            self._loop.run(acquirer.acquire(due, self._progress.advance))
            self._left_out += acquirer.left_out
        return len(self._staged_keys)

    def load(self) -> None:
        """Loads what was staged, in one transaction.  Raises WarehouseBusy when the file is not to be had in time."""
        with self._timed("load"):
            self._workers.close()  # their memory is wanted now
            self._stage(self._next_batch_id(), runs=[self._run_row(ended_at=self._clock())])
            self._load_pending()
            self._remove_expired_answers()

    def check(self) -> list[Offence]:
        """Runs the checks on what this run loaded; an offence is told and the load stays."""
        with self._timed("check"):
            try:
                with self._reader() as warehouse:
                    self._offences = run_checks(warehouse, since=(self._first_load or 1) - 1)
            except WarehouseBusy as error:
                self._progress.note(f"Everything is loaded, and not checked: {error}")
        for offence in self._offences:
            self._progress.note(f"check {offence.check}: {offence.sentence}")
        return self._offences

    def summarise(self) -> RunSummary:
        """What the run did, read back from the warehouse."""
        report = RunReport(run_id=self.run_id, feeds=(), totals={})
        with self._timed("summarise"):
            try:
                with self._reader() as warehouse:
                    report = run_report(warehouse, self.run_id)
            except WarehouseBusy as error:
                self._progress.note(f"Everything is loaded, and cannot be summed up: {error}")
        return RunSummary(
            run_id=self.run_id,
            started_at=self.started_at,
            ended_at=self._clock(),
            feeds_polled=len(self._polled),
            feeds_not_due=self._not_due,
            report=report,
            offences=self._offences,
            left_out=self._left_out,
            seconds={name: round(seconds, 3) for name, seconds in self._seconds.items()},
        )

    # ------------------------------------------------------------ inside

    def _reader(self) -> AbstractContextManager[DuckDBPyConnection]:
        return open_reader(self._settings.warehouse, wait_seconds=self._settings.warehouse_wait)

    def _state(self) -> AbstractContextManager[DuckDBPyConnection]:
        """What earlier runs left: the warehouse, with the batches on top that could not be loaded."""
        return open_state(
            self._settings.warehouse,
            self._left_behind,
            wait_seconds=self._settings.warehouse_wait,
            now=self.started_at,
        )

    def _load_left_behind(self) -> None:
        """Loads what earlier runs staged; where the file cannot be written, it stays in the spool and still counts."""
        try:
            self._load_pending()
        except WarehouseBusy as error:
            self._left_behind = pending_batches(self._settings.spool)
            batches = counted(len(self._left_behind), "batch", "batches")
            self._progress.note(f"{error} Until then the spool holds {batches} of earlier runs.")

    def _load_pending(self) -> None:
        load_seq = load_spool(self._settings, now=self._clock(), note=self._progress.note)
        self._first_load = self._first_load or load_seq

    async def _stage_pages(self, acquired: Sequence[AcquiredPage]) -> None:
        await asyncio.to_thread(self._keep_and_stage, acquired)
        self._staged_keys.update(page.due.url_key for page in acquired)

    def _keep_and_stage(self, acquired: Sequence[AcquiredPage]) -> None:
        """Stages a batch of pages, their contexts in the archive first: the archive holds all that is loaded."""
        batch_id = self._next_batch_id()
        if self._archive is not None:
            for page in acquired:
                self._archive.add_context(_context(batch_id, page))
            self._archive.sync()
        self._stage(
            batch_id,
            page_results=[page.result for page in acquired],
            fetches=[fetch for page in acquired for fetch in page.fetches],
        )

    def _remove_expired_answers(self) -> None:
        settings = self._settings
        expired = expired_files(
            settings.archive,
            now=self._clock(),
            keep_days=settings.archive_days,
            max_bytes=None if settings.archive_max_gb is None else int(settings.archive_max_gb * 1e9),
            spare=self.run_id,
        )
        for file in expired:
            file.unlink(missing_ok=True)
        if expired:
            self._progress.note(
                f"Removed from the raw archive: {counted(len(expired), 'file')} beyond archive_days or archive_max_gb, "
                f"the last of them {expired[-1].name}."
            )

    def _tell_of_feeds(self, before: Mapping[str, FeedState]) -> None:
        """Tells which feeds have gone or moved by this run's polls."""
        for outcome in self._polled:
            url, state = outcome.poll.feed_url, outcome.poll.state
            known = before.get(url) or FeedState(feed_url=url)
            if state.adopted_url != known.adopted_url:
                self._progress.note(
                    f"{url} is asked at {state.adopted_url or url} from now on, and no more at "
                    f"{known.adopted_url or url}. To undo that, write pinned = true below its url in the feeds file."
                )
            if state.health is FeedHealth.GONE and known.health is not FeedHealth.GONE:
                self._progress.note(
                    f"{url} is gone: it answered 410 twice, a day apart or more. It is asked again "
                    "after 7, 30 and 90 days; if it moved, give its new address in the feeds file."
                )

    def _next_batch_id(self) -> str:
        self._batches += 1
        return f"{self.run_id}-{self._batches:05d}"

    def _stage(self, batch_id: str, *, fetches: Sequence[Fetch] = (), **rows: Sequence[Any]) -> Path:
        robots_fetches = tuple(self._robots_fetches)
        del self._robots_fetches[: len(robots_fetches)]
        robots_files = tuple(self._robots_files)
        del self._robots_files[: len(robots_files)]
        return stage_batch(
            self._settings.spool,
            Batch(batch_id=batch_id, fetches=[*fetches, *robots_fetches], robots_files=robots_files, **rows),
        )

    def _run_row(self, ended_at: datetime | None) -> Run:
        return Run(
            run_id=self.run_id,
            started_at=self.started_at,
            ended_at=ended_at,
            trigger=self._request.trigger,
            code_version=version("newsledger"),
            per_host_interval=self._settings.per_host_interval,
            per_host_concurrency=self._settings.per_host_concurrency,
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.monotonic() - start


def _context(batch_id: str, page: AcquiredPage) -> PageContext:
    """What the archive keeps of a page beside its bytes; nothing that a feed says of one that is suppressed."""
    is_suppressed = page.result.outcome is Outcome.SUPPRESSED
    return PageContext(
        batch_id=batch_id,
        due=replace(page.due, entry=None) if is_suppressed else page.due,
        result=replace(page.result, article=None),
        fetches=page.fetches,
        page_fetch_ids=page.page_fetch_ids,
        is_partial=page.result.article is not None and page.result.article.is_partial,
    )
