"""A run that is interrupted: it ends at once, leaves nothing behind, and the next one goes on with its work."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from tests.flows.cli.conftest import Newsledger
from tests.flows.cli.test_runs import FEEDS_FILE, PAGE, a_paper
from tests.forks import Forks
from tests.news_server import Behaviour, NewsServer


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_an_interrupted_run_leaves_no_process_and_the_next_one_goes_on(
    newsledger: Newsledger, forks: Forks, prefect_server: str, tmp_path: Path, how: signal.Signals
) -> None:
    """Ctrl-C reaches the whole process group, a service manager's or the kernel's signal the run alone."""
    (tmp_path / "feeds.toml").write_text(FEEDS_FILE)
    processes: dict[psutil.Process, str] = {}
    too_late: list[threading.Timer] = []
    with NewsServer() as server:
        a_paper(server)
        server.add("http://paper.example/harbour", behaviour=Behaviour.NEVER_ANSWERS)

        def interrupt_at_the_page(process_id: int) -> None:
            def interrupt() -> None:
                if not processes and server.requests[-1].url == "http://paper.example/harbour":
                    of_the_run = psutil.Process(process_id).children(recursive=True)
                    processes.update({process: " ".join(process.cmdline()) for process in of_the_run})
                    too_late.append(threading.Timer(30, os.killpg, (process_id, signal.SIGABRT)))
                    too_late[0].start()
                    (os.killpg if how is signal.SIGINT else os.kill)(process_id, how)

            server.on_request = interrupt

        run = forks.run(
            "flows.cli.main:main",
            arguments=["run"],
            environment={**os.environ, **server.environment, "NEWSLEDGER_DATA_DIR": str(tmp_path / "data")},
            folder=tmp_path,
            alone=True,
            on_start=interrupt_at_the_page,
        )
        too_late[0].cancel()
        assert run.returncode == (-9 if how is signal.SIGKILL else 130), run.stderr
        assert "Traceback" not in run.stderr
        for part in ("prefect.server", "forkserver"):
            assert any(part in command for command in processes.values()), processes
        assert not psutil.wait_procs(processes, timeout=20)[1]
        server.add("http://paper.example/harbour", body=PAGE.encode(), headers={"Content-Type": "text/html"})
        again = newsledger("run", "--json", environment={**server.environment, "PREFECT_API_URL": prefect_server})
    assert json.loads(again.stdout)["outcomes"] == {"loaded": 1}


@pytest.mark.parametrize("number", [2, 4], ids=["before-the-page", "at-the-page"])
def test_a_run_killed_under_prefect_and_the_next_load_each_article_once(
    newsledger: Newsledger, forks: Forks, prefect_server: str, tmp_path: Path, number: int
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_FILE)
    with NewsServer() as server:
        a_paper(server)
        server.add("http://paper.example/harbour", status=302, headers={"Location": "/port"})
        server.add("http://paper.example/port", body=PAGE.encode(), headers={"Content-Type": "text/html"})
        environment = {**server.environment, "PREFECT_API_URL": prefect_server}

        def kill_at_a_request(process_id: int) -> None:
            server.on_request = lambda: os.kill(process_id, signal.SIGKILL) if len(server.requests) == number else None

        killed = forks.run(
            "flows.cli.main:main",
            arguments=["run"],
            environment={**os.environ, **environment, "NEWSLEDGER_DATA_DIR": str(tmp_path / "data")},
            folder=tmp_path,
            on_start=kill_at_a_request,
        )
        assert killed.returncode == -signal.SIGKILL
        again = newsledger("run", "--json", environment=environment)
    assert json.loads(again.stdout)["outcomes"] == {"loaded": 1}
    question = "select count(*), count(distinct url) from articles"
    assert newsledger("sql", question, "--format", "csv").stdout.splitlines()[1] == "1,1"
