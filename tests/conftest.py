"""What every test stands on: no settings, proxies or Prefect profile of whoever runs the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forks import Forks

_OURS = ("NEWSLEDGER_", "PREFECT_")
_PROXIES = {"http_proxy", "https_proxy", "no_proxy", "all_proxy", "ssl_cert_file"}


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = dict(os.environ)
    home: Path = tmp_path_factory.mktemp("home")
    for name in before:
        if name.startswith(_OURS) or name.lower() in _PROXIES:
            del os.environ[name]
    os.environ.update(
        HOME=str(home),
        XDG_DATA_HOME=str(home / "data"),
        PREFECT_HOME=str(home / "prefect"),
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
    )
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where processes come from that need not import anything."""
    with Forks() as forks:
        yield forks
