"""A run that is interrupted: it ends at once, leaves nothing behind, and the next one goes on with its work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.flows.cli.conftest import SCRIPT, Newsledger
from tests.flows.cli.test_runs import FEEDS_FILE, PAGE, a_paper
from tests.news_server import Behaviour, NewsServer

pytestmark = pytest.mark.xdist_group("prefect-2")  # beside the others, on a server of its own


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_an_interrupted_run_leaves_no_process_and_the_next_one_goes_on(
    newsledger: Newsledger, prefect_server: str, tmp_path: Path, how: signal.Signals
) -> None:
    """Ctrl-C reaches the whole process group, a service manager's or the kernel's signal the run alone."""
    (tmp_path / "feeds.toml").write_text(FEEDS_FILE)
    with NewsServer() as server:
        a_paper(server)
        server.add("http://paper.example/harbour", behaviour=Behaviour.NEVER_ANSWERS)
        environment = {**os.environ, **server.environment, "NEWSLEDGER_DATA_DIR": str(tmp_path / "data")}
        with subprocess.Popen(
            [SCRIPT, "run"],
            env=environment,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as run:
            assert run.stderr is not None
            while "1 pages" not in run.stderr.readline():
                assert run.poll() is None
            processes = psutil.Process(run.pid).children(recursive=True)
            assert processes
            (os.killpg if how is signal.SIGINT else os.kill)(run.pid, how)
            _, words = run.communicate(timeout=30)
        assert run.returncode == (-9 if how is signal.SIGKILL else 130), words
        assert "Traceback" not in words
        assert not psutil.wait_procs(processes, timeout=20)[1]
        server.add("http://paper.example/harbour", body=PAGE.encode(), headers={"Content-Type": "text/html"})
        again = newsledger("run", "--json", environment={**server.environment, "PREFECT_API_URL": prefect_server})
    assert json.loads(again.stdout)["outcomes"] == {"loaded": 1}
