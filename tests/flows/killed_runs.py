"""One run in a process of its own, killed where its fuse says; the entry point of forks in test_kills.py.

Arguments: the data folder, the time, the kind of fuse ("none", "spool", "half", "statement") and after how many such
events the process kills itself; and "thread" or "workers", where the CPU work is done.  A run that comes to its end
prints how many events of each kind there were.  A fuse named after a stage ("poll", "acquire", "load") kills nothing:
from that stage on no file may become larger than so many bytes, as on a full disk; the run prints its error's type.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

import flows.acquire.pages
import flows.spool
import warehouse.stage
from flows.configuration import clock_for
from flows.feeds_file import FeedSpec
from flows.progress import NoProgress
from flows.settings import resolve_settings
from flows.stages import IngestRun, RunRequest
from transforms.errors import NewsledgerError
from warehouse.connection import open_writer

FEEDS = ("http://north.example/rss", "http://south.example/rss", "http://west.example/rss")
_FILE_EVENTS = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"})


class Fuse:
    """Counts events, and kills this process at the one it was set to."""

    def __init__(self, kind: str, number: int) -> None:
        self.counts: Counter[str] = Counter()
        self._kind = kind
        self._number = number

    def burn(self, kind: str) -> None:
        if self.is_at_end(kind):
            os.kill(os.getpid(), signal.SIGKILL)

    def is_at_end(self, kind: str) -> bool:
        self.counts[kind] += 1
        return kind == self._kind and self.counts[kind] == self._number


class Watched:
    """A connection whose statements are run, and counted, one by one."""

    def __init__(self, connection: DuckDBPyConnection, fuse: Fuse) -> None:
        self._connection = connection
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, text: str, *values: Any) -> DuckDBPyConnection:
        for statement in self._connection.extract_statements(text):
            self._fuse.burn("statement")
            self._connection.execute(statement, *values)
        return self._connection

    def commit(self) -> None:
        self._fuse.burn("statement")
        self._connection.commit()
        self._fuse.burn("statement")


def main() -> None:
    try:
        _run()
    except NewsledgerError as error:
        print(type(error).__name__)
        sys.exit(1)


def _run() -> None:
    folder, now, kind, number, engine = sys.argv[1:]
    fuse = Fuse(kind, int(number))
    data = Path(folder)
    _watch_files(data / "spool", fuse)
    _watch_writes(fuse)
    _watch_loads(fuse)
    flows.acquire.pages.PAGES_PER_BATCH = 10
    settings = resolve_settings(
        flags={"data_dir": data, "per_host_interval": 0, "workers": 1},
        environ={},
        file_values={},
        file_sources={},
        base=data,
    ).settings
    request = RunRequest(settings=settings, feeds=[FeedSpec(url=url) for url in FEEDS])
    with (
        ThreadPoolExecutor(1) as thread,
        IngestRun(
            request,
            clock=clock_for(datetime.fromisoformat(now)),
            progress=NoProgress(),
            engine=thread if engine == "thread" else None,
        ) as run,
    ):
        for stage in (run.poll, run.plan, run.acquire, run.load, run.check, run.summarise):
            if stage.__name__ == kind:
                _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(number), hard))
            stage()
    print(json.dumps(fuse.counts))


def _watch_files(spool: Path, fuse: Fuse) -> None:
    below = str(spool) + os.sep

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        path = arguments[0] if event in _FILE_EVENTS else None
        if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(below):
            fuse.burn("spool")

    sys.addaudithook(hook)


def _watch_writes(fuse: Fuse) -> None:
    write = warehouse.stage._write_durably

    def half(table: pa.Table, path: Path) -> None:
        write(table, path)
        if fuse.is_at_end("half"):
            os.truncate(path, path.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    warehouse.stage._write_durably = half


def _watch_loads(fuse: Fuse) -> None:
    @contextmanager
    def watched(path: Path, *, wait_seconds: float) -> Iterator[Watched]:
        with open_writer(path, wait_seconds=wait_seconds) as connection:
            yield Watched(connection, fuse)

    flows.spool.open_writer = watched  # type: ignore[assignment]
