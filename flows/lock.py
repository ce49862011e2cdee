"""One run at a time for each data folder, by a lock that dies with its holder (flock)."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from transforms.errors import RunInProgress, WarehouseUnwritable

_NOTHING_STARTED = "Nothing was started; try again when it has ended, or wait for it with newsledger run --wait."
_PAUSE_SECONDS = 0.5
_LOOKS, _LOOK_SECONDS = 3, 0.02


@contextmanager
def run_lock(path: Path, *, run_id: str, now: datetime, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Holds the lock while a run is in progress.

    If another process holds it, raises RunInProgress, which says whose run it is and since when; with `waiting`, tells
    that to it and waits, however long that takes.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise WarehouseUnwritable(
            f"The data folder {path.parent} cannot be used: {error.strerror}. Nothing was started. "
            "Choose another with NEWSLEDGER_DATA_DIR or data_dir in the feeds file."
        ) from error
    try:
        while not _take(descriptor):
            if waiting is None:
                raise RunInProgress(f"{_who(descriptor)} is in progress. {_NOTHING_STARTED}")
            wait_until_free(path, waiting)
        holder = json.dumps({"run_id": run_id, "pid": os.getpid(), "since": now.isoformat(timespec="seconds")})
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, holder.encode(), 0)
        except OSError as error:
            raise WarehouseUnwritable(
                f"The data folder {path.parent} cannot be written: {error.strerror}. Free some space and run again."
            ) from error
        yield
    finally:
        os.close(descriptor)


def refuse_if_held(path: Path) -> None:
    """Raises RunInProgress if a run holds the lock now: for answering before anything costly is started."""
    with _free(path) as holder:
        if holder is not None:
            raise RunInProgress(f"{holder} is in progress. {_NOTHING_STARTED}")


def wait_until_free(path: Path, note: Callable[[str], None]) -> None:
    """Waits until no run holds the lock, however long that takes; whose run it is, is told to `note` once.

    The lock is not taken: another run may be faster to do that.
    """
    is_told = False
    while True:
        with _free(path) as holder:
            if holder is None:
                return
        if not is_told:
            note(f"{holder} is in progress; waiting until it has ended.")
            is_told = True
        time.sleep(_PAUSE_SECONDS)


def _take(descriptor: int) -> bool:
    """Takes the lock if it is free.  Who only looks whether it is holds it for a moment, and is not taken for a run."""
    for look in range(_LOOKS):
        if look:
            time.sleep(_LOOK_SECONDS)
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False


@contextmanager
def _free(path: Path) -> Iterator[str | None]:
    """Tries the lock for the time of the block: None when it is free, else who holds it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield _who(descriptor)
    else:
        yield None
    finally:
        os.close(descriptor)


def _who(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        who = f"run {holder['run_id']} (process {holder['pid']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError, OSError):
        who = "another run"
    return f"{who[0].upper()}{who[1:]}"
