"""Which Prefect server a run talks to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.prefect_server import prepare_prefect
from transforms.errors import PrefectUnreachable


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def healthy() -> Iterator[str]:
    """The address of something that answers like a Prefect server."""
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        thread.join()


@pytest.fixture
def unreachable() -> str:
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        return f"http://127.0.0.1:{server.server_port}/api"


def own_server(folder: Path, api_url: str) -> Path:
    path = folder / "prefect-server.json"
    path.write_text(json.dumps({"api_url": api_url, "pid": 1}))
    return path


def test_a_configured_server_is_used(healthy: str, tmp_path: Path) -> None:
    environ = {"PREFECT_API_URL": healthy}
    assert prepare_prefect(tmp_path / "none.json", environ, is_quiet=True) == healthy


def test_a_configured_server_that_does_not_answer_is_an_error_with_its_address(
    unreachable: str, tmp_path: Path
) -> None:
    with pytest.raises(PrefectUnreachable, match=unreachable):
        prepare_prefect(tmp_path / "none.json", {"PREFECT_API_URL": unreachable}, is_quiet=True)


def test_the_server_that_newsledger_started_is_found(healthy: str, tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    assert prepare_prefect(own_server(tmp_path, healthy), environ, is_quiet=True) == healthy
    assert environ["PREFECT_API_URL"] == healthy


@pytest.mark.parametrize("content", [None, "", "[]", '{"api_url": 3}', "stale"])
def test_a_stale_or_damaged_note_of_a_server_leads_to_a_temporary_one(
    content: str | None, unreachable: str, tmp_path: Path
) -> None:
    path = own_server(tmp_path, unreachable)
    if content is None:
        path.unlink()
    elif content != "stale":
        path.write_text(content)
    environ: dict[str, str] = {}
    assert prepare_prefect(path, environ, is_quiet=True) is None
    assert "PREFECT_API_URL" not in environ


def test_loopback_is_never_asked_through_a_proxy(healthy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    environ = {"PREFECT_API_URL": healthy, "NO_PROXY": "intranet.paper.news"}
    assert prepare_prefect(tmp_path / "none.json", environ, is_quiet=True) == healthy
    assert environ["NO_PROXY"] == environ["no_proxy"] == "intranet.paper.news,127.0.0.1,localhost,::1"


def test_nothing_is_told_to_anybody_by_default(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    prepare_prefect(tmp_path / "none.json", environ, is_quiet=False)
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
