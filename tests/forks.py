"""Processes that begin with everything imported: forked from one helper, which costs them milliseconds and not seconds.

    with Forks() as forks:
        ended = forks.run("flows.cli.main:main", arguments=["version"], environment=dict(os.environ), folder=tmp_path)
        assert ended.returncode == 0

A fork is a process like any other: it has an environment, a folder and standard files of its own, ends with an exit
code, and may be killed.  Its worker processes come from a server that the helper has started once, with the parsers
loaded; one that is to have no process but its own is run with `alone`.  The helper itself has one thread and has
opened nothing.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import IO, NoReturn, Self

import flows.acquire.workers
from flows.cli.main import _COMMANDS

ROOT = Path(__file__).parents[1]
PRELOADED = (
    "flows.ingest",
    "flows.acquire.preloaded",
    "flows.imports.run",
    "flows.own_prefect",
    "flows.demo",
    "flows.cli.live",
    *(module for module, _ in _COMMANDS.values()),
    # what Prefect and DuckDB import at their first run and their first Arrow table
    "anyio._backends._asyncio",
    "prefect.flow_engine",
    "prefect.task_engine",
    "pyarrow.dataset",
)


class Forks:
    """The helper; a context manager."""

    def __enter__(self) -> Self:
        self._helper = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a fork would wait for threads that only the helper has
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = threading.Lock()
        return self

    def __exit__(self, *_: object) -> None:
        with self._helper:
            assert self._helper.stdin is not None
            self._helper.stdin.close()

    def run(
        self,
        function: str,
        *,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str],
        folder: Path,
        stdin: str | None = None,
        alone: bool = False,
        on_start: Callable[[int], None] = lambda _: None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs "module:function" without arguments, as a script's entry point; `arguments` are those of sys.argv.

        `on_start` is called with the process's id while it waits to begin.  `alone` makes it the leader of a process
        group that has all its worker processes.  One process at a time.
        """
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        with self._turn, tempfile.TemporaryDirectory() as place:
            files = [Path(place, name) for name in ("stdin", "stdout", "stderr")]
            files[0].write_text(stdin or "")
            task = {
                "function": function,
                "arguments": [os.fsencode(argument).hex() for argument in arguments],
                "environment": dict(environment),
                "folder": str(folder),
                "files": [str(file) for file in files],
                "alone": alone,
            }
            print(json.dumps(task), file=self._helper.stdin, flush=True)
            on_start(int(self._helper.stdout.readline()))
            print("begin", file=self._helper.stdin, flush=True)
            code = int(self._helper.stdout.readline())
            return subprocess.CompletedProcess(
                [function, *arguments], code, stdout=files[1].read_text(), stderr=files[2].read_text()
            )


def _serve(tasks: IO[str], answers: IO[str]) -> None:
    while line := tasks.readline():
        go, begin = os.pipe()
        process_id = os.fork()
        if process_id == 0:
            os.close(begin)
            os.read(go, 1)
            os.close(go)
            _become(**json.loads(line))
        os.close(go)
        print(process_id, file=answers, flush=True)
        assert tasks.readline() == "begin\n"
        os.close(begin)
        _, status = os.waitpid(process_id, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _become(
    *,
    function: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    files: Sequence[str],
    alone: bool,
) -> NoReturn:
    _choose_workers(alone)
    for number, (file, flags) in enumerate(zip(files, (os.O_RDONLY, *2 * [os.O_WRONLY | os.O_CREAT]), strict=True)):
        descriptor = os.open(file, flags, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", errors="surrogateescape") for number, mode in enumerate("rww")
    )
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["newsledger", *(os.fsdecode(bytes.fromhex(argument)) for argument in arguments)]
    module, _, name = function.partition(":")
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()  # it read the helper's environment
    try:
        getattr(importlib.import_module(module), name)()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 1
    # what an interpreter does at its end, but for the libraries' own ends: those wait for threads of the helper
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _choose_workers(alone: bool) -> None:
    """Where this fork gets its worker processes from: the helper's server, or one that it starts at need."""
    server = forkserver._forkserver  # type: ignore[attr-defined]
    if alone:
        os.setsid()
        os.close(server._forkserver_alive_fd)
        server._forkserver_pid = None
    else:
        # it runs, and as it is no child of this process it cannot be asked whether it does
        server.ensure_running = flows.acquire.workers.ensure_running = lambda: None


if __name__ == "__main__":
    for preloaded in PRELOADED:
        importlib.import_module(preloaded)
    flows.acquire.workers.ensure_running()
    gc.collect()
    gc.freeze()  # a collection in a fork would copy what it shares
    # the standard files of a fork are its own
    _serve(os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w"))
