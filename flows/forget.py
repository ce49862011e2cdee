"""Takedown: what is forgotten is asked for no more, and its text goes from the tables, the spool and the raw archive.

The order makes it safe to be killed at any moment and run again: what waits in the spool is loaded, so that the tables
know all addresses; the suppression is committed; the texts are dropped; the database file is written anew, for DuckDB
keeps deleted bytes in it; then the files beside it follow.  A file beside the warehouse names the takedown as long as
it goes on (`warehouse.takedowns`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex

from duckdb import DuckDBPyConnection

from flows.acquire.takedown import remove_records
from flows.lock import run_lock
from flows.settings import Settings
from flows.spool import load_spool, prepare_warehouse
from transforms.errors import ArchiveUnwritable, NewsledgerError, WarehouseMissing, WarehouseUnwritable
from transforms.records import Run
from warehouse.connection import open_reader, open_writer, torn_logs
from warehouse.forget import Holdings, Target, drop_texts, holdings, lift, suppress
from warehouse.rewrite import rewrite
from warehouse.stage import damaged_batches, sweep_spool
from warehouse.suppressions import Suppression, list_suppressions, read_suppressions
from warehouse.takedowns import begin_takedown, end_takedowns, give_up_takedowns
from warehouse.upgrade_copies import upgrade_copies


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownPlan:
    """What a takedown would drop: text in the tables, and whole files that cannot be searched for it."""

    holdings: Holdings
    damaged_batches: int
    torn_logs: int
    upgrade_copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownReport:
    """What a takedown dropped: the text in the tables, records of the raw archive, and whole files with their paths."""

    holdings: Holdings
    records: int
    removed: tuple[Path, ...]


def plan_takedown(target: Target, settings: Settings) -> TakedownPlan:
    """Looks up what forgetting `target` would drop; changes nothing.  Raises the errors of `open_reader`."""
    held = Holdings(articles=0, versions=0, sightings=0)
    try:
        with open_reader(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
            held = holdings(connection, target)
    except WarehouseMissing:
        pass  # nothing is held; the suppression counts all the same
    return TakedownPlan(
        holdings=held,
        damaged_batches=len(damaged_batches(settings.spool)),
        torn_logs=len(torn_logs(settings.warehouse)),
        upgrade_copies=len(upgrade_copies(settings.warehouse)),
    )


def forget(
    target: Target, settings: Settings, *, reason: str, clock: Callable[[], datetime], note: Callable[[str], None]
) -> TakedownReport:
    """Suppresses `target` and drops all text of it.  `note` is told what could not be searched.

    Raises RunInProgress, WarehouseBusy before anything is changed, and WarehouseUnwritable or ArchiveUnwritable when
    the rest has to be done by running it again; they say where text is left.
    """
    run = _run(clock())
    left: list[str] = []
    try:
        with _opened(settings, run, note) as connection:
            begin_takedown(settings.warehouse, target)
            held = holdings(connection, target)
            suppress(connection, target, reason=_sentence(reason, run.started_at), run=run)
            left = [f"the warehouse {settings.warehouse}", f"the raw archive {settings.archive}"]
            suppressions = read_suppressions(connection)
            raw_refs = drop_texts(connection, run=run)
            rewrite(connection, settings.warehouse, now=run.started_at)
            del left[0]
            taken_down = remove_records(
                settings.archive,
                is_forgotten=lambda url: suppressions.of(url) is not None,
                raw_refs=frozenset(raw_refs),
                at=run.started_at,
            )
            for problem in taken_down.problems:
                note(problem)
            left = [f"files beside the warehouse {settings.warehouse}"]
            removed = _remove_unsearchable(settings)
            end_takedowns(settings.warehouse, suppressions)
    except (WarehouseUnwritable, ArchiveUnwritable) as error:
        raise _unfinished(target, left, error) from error
    return TakedownReport(holdings=held, records=taken_down.records, removed=removed)


def lift_suppression(
    target: Target, settings: Settings, *, clock: Callable[[], datetime], note: Callable[[str], None]
) -> list[Suppression]:
    """Ends the suppression of `target`; its pages are due again.  Returns what was lifted.  Raises as `forget`."""
    run = _run(clock())
    with _opened(settings, run, note) as connection:
        lifted = lift(connection, target, run=run)
        give_up_takedowns(settings.warehouse, target, lifted)
    return lifted


def suppressions_in(settings: Settings) -> list[Suppression]:
    """All suppressions, lifted ones as well.  Raises the errors of `open_reader`."""
    with open_reader(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
        return list_suppressions(connection)


@contextmanager
def _opened(settings: Settings, run: Run, note: Callable[[str], None]) -> Iterator[DuckDBPyConnection]:
    """The warehouse for writing, with nothing left in the spool, while no run is in progress."""
    with run_lock(settings.lock_file, run_id=run.run_id, now=run.started_at):
        sweep_spool(settings.spool)
        prepare_warehouse(settings, now=run.started_at, note=note)
        load_spool(settings, now=run.started_at, note=note)
        with open_writer(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
            yield connection


def _run(now: datetime) -> Run:
    return Run(
        run_id=f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}",
        started_at=now,
        ended_at=now,
        trigger="forget",
        code_version=version("newsledger"),
    )


def _sentence(reason: str, now: datetime) -> str:
    return f"Forgotten on {now:%Y-%m-%d}: {reason.strip().rstrip('.') or 'on request'}."


def _unfinished(target: Target, left: list[str], error: NewsledgerError) -> NewsledgerError:
    """The error of a takedown that was cut short, with what is left of the text and what to do."""
    if not left:
        return type(error)(f"Nothing of {target.named} is forgotten yet. {error}")
    cause = str(error.__cause__ or error).splitlines()[0]
    return type(error)(
        f"The takedown of {target.named} is not complete: {cause}. It is suppressed and asked for no more, but its "
        f"text may still be in {' and in '.join(left)}. Make room or mend the permissions, and run the same command "
        "again; `newsledger forget --list` and each run remind you of it."
    )


def _remove_unsearchable(settings: Settings) -> tuple[Path, ...]:
    """Removes damaged batches, copies from before upgrades, torn logs and what a killed DuckDB had swapped out."""
    warehouse = settings.warehouse
    swapped = warehouse.with_name(f"{warehouse.name}.tmp")
    removed = (
        *damaged_batches(settings.spool),
        *upgrade_copies(warehouse),
        *torn_logs(warehouse),
        *([swapped] * swapped.exists()),
    )
    for path in removed:
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            raise WarehouseUnwritable(
                f"{path} may hold what is to be forgotten and cannot be removed: {error.strerror}. Remove it yourself."
            ) from error
    return removed
