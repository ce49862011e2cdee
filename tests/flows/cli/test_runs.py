"""`newsledger run`, `demo` and `serve`, through Prefect."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import duckdb
import pytest

from tests.flows.cli.conftest import SCRIPT, Newsledger
from tests.news_server import NewsServer

FEED = "http://paper.example/rss.xml"
FEEDS_FILE = f"""
[settings]
contact = "mailto:desk@paper.news"
per_host_interval = 0
workers = 1

[[feeds]]
url = "{FEED}"
name = "Paper"
"""
RSS = """<rss version="2.0"><channel><title>Paper</title><item><title>Harbour reopens</title>
<link>http://paper.example/harbour</link><pubDate>Fri, 16 Oct 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
PAGE = "<html lang='en'><title>Harbour reopens</title><body><article><h1>Harbour reopens</h1>{}</article>".format(
    "".join(
        f"<p>The harbour master said in part {part} of a long statement that every ship may enter again, after the "
        f"storm of last week had closed the gates for {part} days and more.</p>"
        for part in range(3, 11)
    )
)


@pytest.fixture
def feeds_file(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(FEEDS_FILE)
    return path


def a_paper(server: NewsServer) -> None:
    server.add(FEED, body=RSS.encode())
    server.add("http://paper.example/harbour", body=PAGE.encode(), headers={"Content-Type": "text/html"})


def api(prefect_server: str, path: str, body: dict[str, object]) -> list[dict[str, object]]:
    request = Request(f"{prefect_server}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        found: list[dict[str, object]] = json.load(answer)
        return found


def test_a_run_prints_what_happened_and_where_the_warehouse_is(
    newsledger: Newsledger, feeds_file: Path, prefect_server: str, tmp_path: Path
) -> None:
    assert feeds_file.exists()
    with NewsServer() as server:
        a_paper(server)
        environment = {**server.environment, "PREFECT_API_URL": prefect_server}
        first = newsledger("run", environment=environment)
        second = newsledger("run", "--force", "--json", environment=environment)
        agents = {request.headers["user-agent"] for request in server.requests}
    assert first.returncode == 0, first.stderr
    assert "1 feed polled, 0 not due. Pages: 1 loaded." in first.stdout
    assert f"The warehouse is {tmp_path / 'data' / 'newsledger.duckdb'}" in first.stdout
    assert 'newsledger sql "select' in first.stdout
    summary = json.loads(second.stdout)
    assert summary["feeds"][0]["feed"] == "Paper"
    assert summary["outcomes"] == {}
    assert set(summary["seconds"]) == {"poll", "plan", "acquire", "load", "check", "summarise"}
    assert agents == {"newsledger/0.1.0 (+mailto:desk@paper.news)"}


def test_a_run_leaves_its_flow_run_and_its_artifacts_on_the_server(
    newsledger: Newsledger, feeds_file: Path, prefect_server: str
) -> None:
    assert feeds_file.exists()
    with NewsServer() as server:
        a_paper(server)
        newsledger("run", environment={**server.environment, "PREFECT_API_URL": prefect_server})
    runs = api(prefect_server, "/flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 1})
    assert runs[0]["state_type"] == "COMPLETED"
    artifacts = api(prefect_server, "/artifacts/filter", {"sort": "CREATED_DESC", "limit": 2})
    assert {artifact["key"] for artifact in artifacts} == {"feeds", "run"}


def test_a_configured_server_that_does_not_answer_ends_the_run_with_its_address(
    newsledger: Newsledger, feeds_file: Path
) -> None:
    assert feeds_file.exists()
    answer = newsledger("run", environment={"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    assert answer.returncode == 1
    assert "http://127.0.0.1:9/api" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_network_a_run_ends_with_1_and_only_or_demo_runs_the_demo(
    newsledger: Newsledger, feeds_file: Path, prefect_server: str, tmp_path: Path
) -> None:
    assert feeds_file.exists()
    offline = {"HTTP_PROXY": "http://127.0.0.1:9", "PREFECT_API_URL": prefect_server}
    alone = newsledger("run", environment=offline)
    assert alone.returncode == 1
    assert "No feed could be reached" in alone.stderr
    with_demo = newsledger("run", "--or-demo", environment=offline)
    assert with_demo.returncode == 0, with_demo.stderr
    assert "no network, so the bundled demo is run instead" in with_demo.stderr
    with duckdb.connect(str(tmp_path / "data" / "demo" / "demo.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from articles").fetchall() == [(10,)]
    with duckdb.connect(str(tmp_path / "data" / "newsledger.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from feeds").fetchall() == [(0,)]


def test_a_second_demo_gets_the_next_edition(newsledger: Newsledger, prefect_server: str) -> None:
    environment = {"PREFECT_API_URL": prefect_server}
    first = newsledger("demo", "--json", environment=environment)
    second = newsledger("demo", "--json", environment=environment)
    third = newsledger("demo", "--json", environment=environment)
    assert json.loads(first.stdout)["outcomes"] == {"loaded": 10, "robots": 1}
    assert json.loads(second.stdout)["outcomes"] == {"loaded": 4, "revised": 2, "gone": 1}
    assert json.loads(third.stdout)["outcomes"] == {}


def test_a_run_by_hand_while_serve_is_up_and_one_triggered_through_prefect(
    newsledger: Newsledger, feeds_file: Path, prefect_server: str, tmp_path: Path
) -> None:
    assert feeds_file.exists()
    with NewsServer() as server:
        a_paper(server)
        environment = {
            **os.environ,
            **server.environment,
            "PREFECT_API_URL": prefect_server,
            "NEWSLEDGER_DATA_DIR": str(tmp_path / "data"),
        }
        with serving(environment, tmp_path):
            triggered = subprocess.run(
                [SCRIPT.with_name("prefect"), "deployment", "run", "ingest/newsledger", "--watch"],
                env=environment | {"NO_PROXY": "127.0.0.1"},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=90,
                check=False,
            )
            assert triggered.returncode == 0, triggered.stdout + triggered.stderr
            by_hand = newsledger("run", "--force", environment=server.environment | {"PREFECT_API_URL": prefect_server})
            assert by_hand.returncode == 0, by_hand.stderr
    with duckdb.connect(str(tmp_path / "data" / "newsledger.duckdb"), read_only=True) as warehouse:
        runs = warehouse.execute("select trigger, loaded_count from runs order by started_at").fetchall()
    assert runs == [("manual", 1), ("manual", 0)]


class serving:  # noqa: N801 - reads like the verb it is
    """`newsledger serve` in a process of its own, from its first words to the signal that ends it."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._start: Callable[[], subprocess.Popen[str]] = lambda: subprocess.Popen(
            [str(SCRIPT), "serve", "--schedule", "every 6 hours"],
            env=environment,
            cwd=folder,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> None:
        self._process = self._start()
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "Prefect's page is" in line:
                return
        raise AssertionError("newsledger serve ended early")

    def __exit__(self, *_: object) -> None:
        assert self._process.stderr is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=30)
