"""One run at a time for each data folder, by a lock that dies with its holder (flock)."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from transforms.errors import RunInProgress, WarehouseUnwritable


@contextmanager
def run_lock(path: Path, *, run_id: str, now: datetime) -> Iterator[None]:
    """Holds the lock while a run is in progress.

    Raises RunInProgress, which says whose run it is and since when, if another process holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise WarehouseUnwritable(
            f"The data folder {path.parent} cannot be used: {error.strerror}. Nothing was asked of any publisher. "
            "Choose another with NEWSLEDGER_DATA_DIR or data_dir in the feeds file."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunInProgress(_who(descriptor)) from None
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
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunInProgress(_who(descriptor)) from None
    finally:
        os.close(descriptor)


def _who(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        who = f"run {holder['run_id']} (process {holder['pid']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError, OSError):
        who = "another run"
    return f"{who[0].upper()}{who[1:]} is in progress. Nothing was started; try again when it has ended."
