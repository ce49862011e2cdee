"""Opening the database file: creation, migration, readers, writers, and what to say when it cannot be opened.

A DuckDB file admits one writing process or many reading ones, so whoever comes second waits, up to a limit.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from glob import escape
from itertools import count
from pathlib import Path
from typing import TypeVar

import duckdb
from duckdb import DuckDBPyConnection

from transforms.errors import NotAWarehouse, WarehouseBusy, WarehouseError, WarehouseMissing, WarehouseUnwritable
from warehouse.migrate import is_current, lacks_schema, latest_schema, migrate, schema_version
from warehouse.turnstile import PATIENCE_SECONDS, GivingWay, holding, pass_through
from warehouse.upgrade_copies import copy_before_upgrade

logger = logging.getLogger(__name__)

_DRAFT = ".new-"
_STAGED = "; what is staged stays in the spool"
_MEMORY_LIMIT = "1GB"
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_PAUSE_GROWTH = 1.5
_TIMES_ASKED = 4
"""A question that gives way to so many loads needs longer than the runs leave between them."""

T = TypeVar("T")

_HOLDER = re.compile(r"\(PID (\d+)\)")
_LOCKED = re.compile("could not set lock|different configuration than existing|already attached", re.IGNORECASE)
_TORN_LOG = re.compile("replaying WAL", re.IGNORECASE)
_DAMAGED = re.compile("corrupt (database|WAL) file|checksum", re.IGNORECASE)
_FULL = re.compile("could not write|no space left|disk quota|file too large", re.IGNORECASE)
_UNWRITABLE = re.compile(
    "permission denied|read-only file system|no space left|not a directory|no such file or directory|is a directory"
    "|operation not permitted|disk quota",
    re.IGNORECASE,
)


def ensure_schema(path: Path, *, wait_seconds: float, now: datetime) -> Path | None:
    """Make sure that `path` is a warehouse with today's schema and views; creates the file and its folders.

    An existing file is opened for writing only if something is to be changed: also when a power cut tore DuckDB's log,
    which is then set aside.  Before its tables are changed, it is copied; returns the copy when one was made.  Raises
    the errors of `open_writer` except WarehouseMissing.
    """
    if not path.exists():
        _create(path, now)
        return None
    try:
        with open_reader(path, wait_seconds=wait_seconds) as connection:
            if is_current(connection):
                return None
    except _LogTorn:
        pass  # a writer mends it
    # Closing a file gives up all locks that the process has on it, DuckDB's as well: so this one is closed last.
    with path.open("rb") as content, open_writer(path, wait_seconds=wait_seconds) as connection:
        copy = None
        if lacks_schema(connection):
            connection.execute("checkpoint")
            copy = copy_before_upgrade(content, path, version=latest_schema())
        migrate(connection, now=now)
    return copy


@contextmanager
def open_reader(path: Path, *, wait_seconds: float) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse for reading, beside any number of other readers.

    Waits up to `wait_seconds` for a writer, also for one that is waiting itself.  Raises WarehouseMissing,
    WarehouseBusy, WarehouseTooNew, NotAWarehouse (also when a query of the block meets a damaged part), or
    WarehouseUnwritable when the file may not be opened.
    """
    start = time.monotonic()
    pass_through(path, wait_seconds=wait_seconds)
    with _opened(path, read_only=True, wait_seconds=wait_seconds, since=start) as connection:
        yield connection


def ask(
    path: Path,
    question: Callable[[DuckDBPyConnection, GivingWay], T],
    *,
    wait_seconds: float,
    note: Callable[[str], None],
) -> T:
    """Return what `question` makes of the warehouse, opened for reading; it may take long and keeps no load waiting.

    When a writer has waited for a few seconds, the question is interrupted, which is told to `note`, and asked again
    after the load: it may be called several times.  Raises as `open_reader` does, and WarehouseBusy when the loads
    leave too little time to answer it.
    """
    patience = min(PATIENCE_SECONDS, wait_seconds / 4)
    for times_left in reversed(range(_TIMES_ASKED)):
        with (
            open_reader(path, wait_seconds=wait_seconds) as connection,
            GivingWay(path, connection, patience_seconds=patience) as way,
        ):
            try:
                return question(connection, way)
            except duckdb.InterruptException:
                if not way.has_given_way:
                    raise
        if times_left:
            note("A run is waiting to load; the question is asked again when it has.")
    raise WarehouseBusy(
        f"The question gave way to {_TIMES_ASKED} loads into {path} and could not be answered between them. "
        "Ask it while no run is in progress, or ask a copy of the file."
    )


@contextmanager
def open_writer(path: Path, *, wait_seconds: float) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse for writing; no other process can open it meanwhile.

    Waits up to `wait_seconds` for readers and other writers; our own readers let it in first.  Raises as `open_reader`
    does, and WarehouseUnwritable when the disk is full before the block's work is committed; then nothing of that
    transaction is in the file.
    """
    start = time.monotonic()
    with (
        holding(path, wait_seconds=wait_seconds),
        _opened(path, read_only=False, wait_seconds=wait_seconds, since=start) as connection,
    ):
        yield connection


def empty_connection(now: datetime) -> DuckDBPyConnection:
    """Return a warehouse in memory with today's schema and nothing in it."""
    connection = _connect(":memory:", read_only=False)
    migrate(connection, now=now)
    return connection


def has_log(path: Path) -> bool:
    """Whether DuckDB has written something that is in its log only: a close that could not finish leaves one behind."""
    return _log_file(path).exists()


class _LogTorn(NotAWarehouse):
    """The warehouse is whole as of its last close, and the log of what was written since is not."""


def _log_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def torn_logs(path: Path) -> list[Path]:
    """Return the logs of the warehouse `path` that were set aside: parts of what was loaded, readable by nobody."""
    return sorted(path.parent.glob(f"{escape(path.name)}.wal-torn-*"))


def _set_log_aside(path: Path) -> None:
    """Move a torn log out of the way.  Nothing of ours is in it alone: batches leave the spool after a whole close."""
    aside = next(name for number in count(1) if not (name := path.with_name(f"{path.name}.wal-torn-{number}")).exists())
    _log_file(path).rename(aside)
    logger.warning("The log of %s was torn, by a power cut as a rule. It was moved to %s.", path, aside)


def _create(path: Path, now: datetime) -> None:
    """Build the warehouse beside `path` and give it its name when it is whole: a killed run leaves no half a file."""
    draft = draft_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale_drafts(path)
        with _connect(str(draft), read_only=False) as connection:
            migrate(connection, now=now)
        if path.exists():
            return  # another process was faster
        draft.rename(path)
    except (OSError, duckdb.Error) as error:
        raise unwritable(path, str(error)) from error
    finally:
        with suppress(OSError):  # the folder itself may be what is wrong
            draft.unlink(missing_ok=True)


def draft_of(path: Path) -> Path:
    """Return where this process builds a warehouse before it takes the name `path`."""
    return path.with_name(f".{path.name}{_DRAFT}{os.getpid()}")


def remove_stale_drafts(path: Path) -> None:
    """Remove the drafts of processes that ended, with their logs; a log left under our own name would be replayed."""
    name = re.compile(rf"\.{re.escape(path.name)}{_DRAFT}(\d+)(\.wal)?")
    for leftover in path.parent.iterdir():
        match = name.fullmatch(leftover.name)
        if match and (int(match[1]) == os.getpid() or not _is_running(int(match[1]))):
            leftover.unlink(missing_ok=True)


def _is_running(process_id: int) -> bool:
    try:
        with suppress(PermissionError):  # it runs, and is somebody else's
            os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        return False
    return True


@contextmanager
def _opened(path: Path, *, read_only: bool, wait_seconds: float, since: float) -> Iterator[DuckDBPyConnection]:
    if not path.exists():
        raise WarehouseMissing(f"There is no warehouse at {path} yet. `newsledger run` creates it.")
    connection = _waiting_for_others(path, read_only=read_only, wait_seconds=wait_seconds, since=since)
    try:
        schema_version(connection)
        yield connection
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        if _DAMAGED.search(message):
            raise _damaged(path, message) from error
        if _FULL.search(message):
            raise unwritable(path, message) from error
        raise
    finally:
        connection.close()


def _waiting_for_others(path: Path, *, read_only: bool, wait_seconds: float, since: float) -> DuckDBPyConnection:
    deadline = since + wait_seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return _connect(str(path), read_only=read_only)
        except duckdb.Error as error:
            trouble = _trouble(path, error, wait_seconds, read_only=read_only)
            if isinstance(trouble, _LogTorn) and not read_only:
                _set_log_aside(path)
                continue
            remaining = deadline - time.monotonic()
            if not isinstance(trouble, WarehouseBusy) or remaining <= 0:
                raise trouble from error
        time.sleep(min(pause, remaining))
        pause = min(pause * _PAUSE_GROWTH, _LONGEST_PAUSE_SECONDS)


def _connect(database: str, *, read_only: bool) -> DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY_LIMIT,
        # What is needed is built in; asking a network for more would hold up a run that is offline.
        "autoinstall_known_extensions": False,
    }
    if not read_only:
        # A load is many small statements: one thread takes two thirds of the time that two take, and less memory.
        settings["threads"] = 1
    connection = duckdb.connect(database, read_only=read_only, config=settings)
    # DuckDB's progress bar would go to stdout, among the answers.
    connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    return connection


def _trouble(path: Path, error: duckdb.Error, wait_seconds: float, *, read_only: bool) -> WarehouseError:
    """Tell by DuckDB's message what kept the file from opening; the exception's type is the same for most causes."""
    message = str(error).splitlines()[0]
    if _LOCKED.search(message):
        match = _HOLDER.search(message)
        holder = f"process {match[1]}" if match else "this process itself"
        return WarehouseBusy(
            f"The warehouse {path} is held by {holder}; waited {wait_seconds:g} s. "
            f"Close the program that has it open, or raise warehouse_wait{'' if read_only else _STAGED}."
        )
    if _UNWRITABLE.search(message):
        return unwritable(path, message, read_only=read_only)
    if _TORN_LOG.search(message) and _DAMAGED.search(message):
        return _LogTorn(
            f"The log of the warehouse {path} is torn: {message}. "
            "The next `newsledger run` sets it aside, and loads what it held again from the spool."
        )
    return _damaged(path, message)


def _damaged(path: Path, message: str) -> NotAWarehouse:
    return NotAWarehouse(
        f"{path} cannot be read as a warehouse: {message}. "
        "It is another kind of file or damaged; move it away or restore a copy, or name another file with --warehouse."
    )


def unwritable(path: Path, message: str, *, read_only: bool = False) -> WarehouseUnwritable:
    """Return the error for a file that cannot be written, with what DuckDB or the system says about it."""
    return WarehouseUnwritable(
        f"The warehouse {path} cannot be opened or written: {message}. "
        "Check the folder's permissions and the free space, or name another file with --warehouse"
        f"{'' if read_only else _STAGED}."
    )
