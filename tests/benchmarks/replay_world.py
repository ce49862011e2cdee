"""Runs the replay world and newsledger against it, for the world check and the end-to-end benchmark.

The world (`world.py` in a folder of shared material beside the project) is an HTTP proxy behind which news sites
stand; it knows the truth about its articles and counts what its clients do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

import psutil

CORPORA = ("fundus", "scrapinghub")
WORLD_START = "2026-10-20T08:00:00Z"
STOP_SECONDS = 10
MEMORY_SAMPLE_SECONDS = 0.25


class ReplayWorld:
    """A running world, as a context manager; `options` are those of world.py.

    The same options give the same world, tick by tick.  `feeds_file` is its OPML file.
    """

    def __init__(self, shared: Path, *options: str) -> None:
        corpora = [argument for name in CORPORA for argument in ("--corpus", str(shared / "corpora/extraction" / name))]
        program = str(shared / "world/world.py")
        self._command = [sys.executable, program, *corpora, "--seed", "1", "--now", WORLD_START, *options]
        self._control = build_opener(ProxyHandler({}))

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        started = self._process.stdout.readline()
        if not started:
            self._stop()
            raise SystemExit(
                f"The world did not start: {' '.join(self._command)} ended with {self._process.returncode}."
            )
        self._facts = json.loads(started)
        self._folder = tempfile.TemporaryDirectory(prefix="newsledger-world-")
        self.feeds_file = Path(self._folder.name) / "feeds.opml"
        self.feeds_file.write_bytes(self._ask("feeds.opml"))
        self._read_clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()
        self._stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead an HTTP client into the world."""
        proxy, certificates = self._facts["proxy"], self._facts["ca"]
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        return dict.fromkeys(names, proxy) | {"SSL_CERT_FILE": certificates or ""}

    @property
    def now(self) -> datetime:
        """World time, which stands still between ticks, plus the real seconds since: it never goes back."""
        return self._time + timedelta(seconds=time.monotonic() - self._since)

    def truth(self) -> dict[str, Any]:
        """Sites and articles, as the world's own description has them."""
        return json.loads(self._ask("truth"))  # type: ignore[no-any-return]

    def stats(self) -> dict[str, Any]:
        """What the clients did since the last reset."""
        return json.loads(self._ask("stats"))  # type: ignore[no-any-return]

    def reset_stats(self) -> None:
        """Starts counting anew."""
        self._ask("reset-stats", method="POST")

    def tick(self) -> None:
        """One hour later: new articles, revisions, removals and moves."""
        self._ask("tick", method="POST")
        self._read_clock()

    def _read_clock(self) -> None:
        self._time = datetime.fromisoformat(json.loads(self._ask("epoch"))["time"])
        self._since = time.monotonic()

    def _ask(self, endpoint: str, method: str = "GET") -> bytes:
        request = Request(f"{self._facts['control']}/{endpoint}", method=method)
        with self._control.open(request, timeout=120) as answer:
            body: bytes = answer.read()
            return body

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A newsledger command that ended: exit code, stdout, wall time, and the highest memory of its process tree.

    Memory is proportional set size in MiB, the Prefect server apart.
    """

    code: int
    output: str
    seconds: float
    peak_mib: float


def newsledger(*arguments: str, environment: Mapping[str, str]) -> Finished:
    """Runs the console script beside this Python, with nothing of the caller's NEWSLEDGER_* and proxy variables."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSLEDGER_", "PREFECT_")) and not name.lower().endswith("_proxy")
    }
    command = [str(Path(sys.executable).with_name("newsledger")), *arguments]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=inherited | dict(environment))
    memory = _MemoryWatch(process.pid)
    output, _ = process.communicate()
    return Finished(code=process.returncode, output=output, seconds=time.monotonic() - start, peak_mib=memory.stop())


def run_environment(world: ReplayWorld, folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a run in the world: its proxy, no pacing beyond what sites ask for, folders of its own.

    `folder` exists; it gets the data folder and Prefect's home.
    """
    return {
        **world.environment,
        "NEWSLEDGER_CONTACT": "mailto:ops@newsledger.test",
        "NEWSLEDGER_DATA_DIR": str(folder / "data"),
        "NEWSLEDGER_PER_HOST_INTERVAL": "0",
        "PREFECT_HOME": str(folder / "prefect"),
        **settings,
    }


class _MemoryWatch:
    """Samples the memory of a process tree in a thread of its own until stopped."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._done.set()
        self._thread.join()
        return self._peak / 2**20

    def _watch(self) -> None:
        while not self._done.wait(MEMORY_SAMPLE_SECONDS):
            self._peak = max(self._peak, tree_memory(self._root))


def tree_memory(root: psutil.Process) -> int:
    """Proportional set size in bytes of a process and what it started, Prefect's server and its helpers apart."""
    total = 0
    waiting = [root]
    while waiting:
        process = waiting.pop()
        with suppress(psutil.Error):
            if _is_prefect_server(process.cmdline()):
                continue
            total += process.memory_full_info().pss
            waiting += process.children()
    return total


def _is_prefect_server(command: Sequence[str]) -> bool:
    return any("prefect.server" in part for part in command)
