"""A Prefect server of our own, on loopback, that lives as long as this process and no longer.

Prefect can start a temporary server itself; that one imports the whole server into this process first (four seconds),
dies of the Ctrl-C that is meant for us, so that the run's end waits for it, and is left behind when we are killed.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping
from pathlib import Path

from flows.prefect_server import answers, point_prefect_at
from transforms.errors import PrefectUnreachable

START_SECONDS = 120.0
STOP_SECONDS = 15.0
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class OwnPrefectServer:
    """A Prefect server in a process group of its own.

    `has_page` says whether it serves Prefect's page and its scheduler; without, it only records runs.  It is ended at
    the exit of this process, after Prefect's client has sent what it still has to say.
    """

    def __init__(self, environ: MutableMapping[str, str], *, has_page: bool) -> None:
        port = _free_port()
        self.api_url = f"http://127.0.0.1:{port}/api"
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the server
        variables = {} if has_page else {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1"}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            _with_page(port) if has_page else _without_page(port),
            env={**environ, **variables, "PREFECT__SERVER_FINAL": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        atexit.register(self.stop)
        point_prefect_at(self.api_url, environ)

    def wait_until_ready(self) -> None:
        """Waits until the server answers.  Raises PrefectUnreachable, with its last words, when it does not."""
        end = time.monotonic() + START_SECONDS
        while not answers(self.api_url):
            if self._process.poll() is not None or time.monotonic() > end:
                raise PrefectUnreachable(
                    f"A Prefect server could not be started at {self.api_url}: {self._last_words()} Start one yourself "
                    "(prefect server start), set PREFECT_API_URL to its address, and try again."
                )
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends the server; a second call does nothing."""
        atexit.unregister(self.stop)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
                break
        self._words.close()

    def _last_words(self) -> str:
        self._words.seek(0)
        lines = self._words.read().decode("utf-8", "replace").strip().splitlines()
        return f"{lines[-1].rstrip('.')}." if lines else "it gave no reason."


def _with_page(port: int) -> list[str]:
    return [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]


def _without_page(port: int) -> list[str]:
    """The server as Prefect starts its temporary one."""
    found = importlib.util.find_spec("prefect")
    assert found is not None
    assert found.origin is not None
    folder = str(Path(found.origin).parents[1])
    application = ["--app-dir", folder, "--factory", "prefect.server.api.server:create_app", "--lifespan", "on"]
    address = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    return [sys.executable, "-m", "uvicorn", *application, *address]


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
