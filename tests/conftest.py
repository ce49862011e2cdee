"""What every test stands on: no settings, proxies or Prefect profile of whoever runs the tests; and who runs which."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.forks import Forks

_OURS = ("NEWSLEDGER_", "PREFECT_")
_PROXIES = {"http_proxy", "https_proxy", "no_proxy", "all_proxy", "ssl_cert_file"}
_AT_ONE_PREFECT_SERVER = {"test_interrupts.py", "test_runs.py", "test_readme.py"}


class _ByFile(LoadFileScheduling):
    """A file's tests are run by one process, and what they share is made once.

    So are those of the files that share a Prefect server.  (The mark xdist_group says nothing to pytest-xdist 3.8 under
    pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "prefect" if Path(file).name in _AT_ONE_PREFECT_SERVER else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    return _ByFile(config, log)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what is imported stays, and need not be looked through at every collection


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
