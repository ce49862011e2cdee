"""Opening the database file: creation, migration, readers, writers, and what to say when it cannot be opened.

A DuckDB file admits one writing process or many reading ones, so whoever comes second waits, up to a limit.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from transforms.errors import NotAWarehouse, WarehouseBusy, WarehouseError, WarehouseMissing, WarehouseUnwritable
from warehouse.migrate import is_current, lacks_schema, latest_schema, migrate, schema_version
from warehouse.upgrade_copies import copy_before_upgrade

_DRAFT = ".new-"
_MEMORY_LIMIT = "1GB"
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_PAUSE_GROWTH = 1.5

_HOLDER = re.compile(r"\(PID (\d+)\)")
_LOCKED = re.compile("could not set lock|different configuration than existing|already attached", re.IGNORECASE)
_DAMAGED = re.compile("corrupt database file|checksum", re.IGNORECASE)
_FULL = re.compile("could not write|no space left|disk quota|file too large", re.IGNORECASE)
_UNWRITABLE = re.compile(
    "permission denied|read-only file system|no space left|not a directory|no such file or directory|is a directory"
    "|operation not permitted|disk quota",
    re.IGNORECASE,
)


def ensure_schema(path: Path, *, wait_seconds: float, now: datetime) -> Path | None:
    """Make sure that `path` is a warehouse with today's schema and views; creates the file and its folders.

    An existing file is opened for writing only if something is to be changed.  Before its tables are, it is copied;
    returns the copy when one was made.  Raises the errors of `open_writer` except WarehouseMissing.
    """
    if not path.exists():
        _create(path, now)
        return None
    with open_reader(path, wait_seconds=wait_seconds) as connection:
        if is_current(connection):
            return None
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

    Waits up to `wait_seconds` for a writer.  Raises WarehouseMissing, WarehouseBusy, WarehouseTooNew, NotAWarehouse
    (also when a query of the block meets a damaged part), or WarehouseUnwritable when the file may not be opened.
    """
    with _opened(path, read_only=True, wait_seconds=wait_seconds) as connection:
        yield connection


@contextmanager
def open_writer(path: Path, *, wait_seconds: float) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse for writing; no other process can open it meanwhile.

    Waits up to `wait_seconds` for readers and other writers.  Raises as `open_reader` does, and WarehouseUnwritable
    when the disk is full before the block's work is committed; then nothing of that transaction is in the file.
    """
    with _opened(path, read_only=False, wait_seconds=wait_seconds) as connection:
        yield connection


def empty_connection(now: datetime) -> DuckDBPyConnection:
    """Return a warehouse in memory with today's schema and nothing in it."""
    connection = _connect(":memory:", read_only=False)
    migrate(connection, now=now)
    return connection


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
def _opened(path: Path, *, read_only: bool, wait_seconds: float) -> Iterator[DuckDBPyConnection]:
    if not path.exists():
        raise WarehouseMissing(f"There is no warehouse at {path} yet. `newsledger run` creates it.")
    connection = _waiting_for_others(path, read_only=read_only, wait_seconds=wait_seconds)
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


def _waiting_for_others(path: Path, *, read_only: bool, wait_seconds: float) -> DuckDBPyConnection:
    deadline = time.monotonic() + wait_seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return _connect(str(path), read_only=read_only)
        except duckdb.Error as error:
            trouble = _trouble(path, error, wait_seconds)
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


def _trouble(path: Path, error: duckdb.Error, wait_seconds: float) -> WarehouseError:
    """Tell by DuckDB's message what kept the file from opening; the exception's type is the same for most causes."""
    message = str(error).splitlines()[0]
    if _LOCKED.search(message):
        match = _HOLDER.search(message)
        holder = f"process {match[1]}" if match else "this process itself"
        return WarehouseBusy(
            f"The warehouse {path} is held by {holder}; waited {wait_seconds:g} s. "
            "Close the program that has it open, or raise warehouse_wait; what is staged stays in the spool."
        )
    if _UNWRITABLE.search(message):
        return unwritable(path, message)
    return _damaged(path, message)


def _damaged(path: Path, message: str) -> NotAWarehouse:
    return NotAWarehouse(
        f"{path} cannot be read as a warehouse: {message}. "
        "It is another kind of file or damaged; move it away or restore a copy, or name another file with --warehouse."
    )


def unwritable(path: Path, message: str) -> WarehouseUnwritable:
    """Return the error for a file that cannot be written, with what DuckDB or the system says about it."""
    return WarehouseUnwritable(
        f"The warehouse {path} cannot be opened or written: {message}. "
        "Check the folder's permissions and the free space, or name another file with --warehouse; "
        "what is staged stays in the spool."
    )
