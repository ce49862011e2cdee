"""The turnstile before the database file: readers who come after a waiting writer let it in first.

DuckDB admits one writing process or many reading ones, and grants no turns: readers that follow one another closely
keep a writer out for ever.  So a writer holds a lock (flock) on a small file beside the warehouse while it waits and
writes, and our readers pass through that lock before they open the warehouse.  The lock dies with its holder.  Who
cannot have it, in a folder that is read-only say, goes on without: it is politeness, and safety is DuckDB's own lock.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from duckdb import DuckDBPyConnection, InterruptException

GIVE_WAY_SECONDS = 5.0
"""How long a reader waits at the turnstile.  A writer that did not get in by then is kept out by another program."""
PATIENCE_SECONDS = 3.0
"""How long a writer waits for a question that is being answered; then the question gives way."""
_PAUSE_SECONDS = 0.05
_LOOK_EVERY_SECONDS = 0.25


@contextmanager
def holding(path: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the turnstile of the warehouse `path` as its writer; another writer is waited for up to `wait_seconds`."""
    descriptor = _opened(path, os.O_RDONLY | os.O_CREAT)
    if descriptor is None:
        yield
        return
    try:
        _lock(descriptor, fcntl.LOCK_EX, wait_seconds)
        yield
    finally:
        os.close(descriptor)


def pass_through(path: Path, *, wait_seconds: float) -> None:
    """Wait until no writer holds the turnstile of `path`: up to `wait_seconds`, and never beyond GIVE_WAY_SECONDS."""
    descriptor = _opened(path, os.O_RDONLY)
    if descriptor is not None:
        try:
            _lock(descriptor, fcntl.LOCK_SH, min(wait_seconds, GIVE_WAY_SECONDS))
        finally:
            os.close(descriptor)


class GivingWay:
    """Watches the turnstile while a question is answered, and interrupts it when a writer has waited for a while.

    A context manager.  `has_given_way` says that the question was interrupted for this and not for a reason of its own.
    """

    def __init__(self, path: Path, connection: DuckDBPyConnection, *, patience_seconds: float) -> None:
        self._path = path
        self._connection = connection
        self._patience = patience_seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="turnstile", daemon=True)
        self.has_given_way = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def give_way_if_asked(self) -> None:
        """Raises duckdb.InterruptException when a writer has waited for a while: for work on rows outside of DuckDB."""
        if self.has_given_way:
            raise InterruptException("A writer is waiting.")

    def _watch(self) -> None:
        waiting_since: float | None = None
        while not self._ended.wait(min(_LOOK_EVERY_SECONDS, self._patience)):
            if not _is_held(self._path):
                waiting_since = None
                continue
            now = time.monotonic()
            waiting_since = now if waiting_since is None else waiting_since
            if now - waiting_since >= self._patience:
                # again and again: an interrupt between two statements would be lost
                self.has_given_way = True
                self._connection.interrupt()


def turnstile_file(path: Path) -> Path:
    """Return the file that the turnstile of the warehouse `path` is a lock on."""
    return path.with_name(f".{path.stem}.turn")


def _opened(path: Path, flags: int) -> int | None:
    with suppress(OSError):
        return os.open(turnstile_file(path), flags | os.O_CLOEXEC, 0o666)
    return None


def _is_held(path: Path) -> bool:
    descriptor = _opened(path, os.O_RDONLY)
    if descriptor is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int, kind: int, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        with suppress(OSError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        if time.monotonic() >= deadline:
            return
        time.sleep(_PAUSE_SECONDS)
