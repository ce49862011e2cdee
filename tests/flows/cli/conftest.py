"""The command line as a user has it, in a process and a folder of its own; SCRIPT is the installed one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from flows.prefect_server import answers
from tests.forks import Forks

SCRIPT = Path(sys.executable).with_name("newsledger")
Newsledger = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def newsledger(tmp_path: Path, forks: Forks) -> Newsledger:
    """Runs the script in `tmp_path`, with its data there; keyword `environment` adds variables."""

    def run(
        *arguments: str, environment: Mapping[str, str] | None = None, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return forks.run(
            "flows.cli.main:main",
            arguments=arguments,
            environment={**os.environ, "NEWSLEDGER_DATA_DIR": str(tmp_path / "data"), **(environment or {})},
            folder=tmp_path,
            stdin=stdin,
        )

    return run


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The address of a Prefect server that all tests of a session share: starting one takes ten seconds.

    Its database is the one that servers of a run's own find: half of those seconds go into its migrations.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api_url = f"http://127.0.0.1:{port}/api"
    with subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        while not answers(api_url):
            assert server.poll() is None, "the Prefect server ended"
            time.sleep(0.2)
        yield api_url
        server.terminate()
