from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.factories import MONDAY, a_fetch, a_run, after
from tests.flows.cli.conftest import Newsledger
from warehouse.connection import ensure_schema, open_writer
from warehouse.load import load_batches
from warehouse.stage import Batch, stage_batch


@pytest.fixture
def warehouse(tmp_path: Path) -> str:
    path = tmp_path / "asked.duckdb"
    ensure_schema(path, wait_seconds=0, now=MONDAY)
    fetch = a_fetch(host="www.paper.news", url="https://www.paper.news/a")
    batch = stage_batch(tmp_path / "spool", Batch(batch_id="1", runs=[a_run()], fetches=[fetch]))
    with open_writer(path, wait_seconds=0) as connection:
        load_batches(connection, [batch], loaded_at=after(1))
    return str(path)


@pytest.mark.parametrize("named", ["paper.news", "https://www.paper.news/some/page?x=1"])
def test_a_host_or_an_address_of_the_site_gives_its_account(newsledger: Newsledger, warehouse: str, named: str) -> None:
    done = newsledger("politeness", named, "--warehouse", warehouse)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("What newsledger asked of paper.news (times in UTC)\n  1 request, ")


def test_the_account_is_there_as_json(newsledger: Newsledger, warehouse: str) -> None:
    told = json.loads(newsledger("politeness", "PAPER.news:443", "--json", "--warehouse", warehouse).stdout)
    assert (told["site"], told["totals"]["request_count"], told["contact"]) == ("paper.news", 1, None)
    assert told["user_agent"].startswith("newsledger/")


@pytest.mark.parametrize(
    ("named", "code", "said"),
    [
        pytest.param("papers.news", 1, "Hosts named like it: www.paper.news.", id="unknown"),
        pytest.param("not a host", 2, "'not a host' is neither a host nor an address.", id="nonsense"),
        pytest.param("https://", 2, "is neither a host nor an address.", id="an-address-without-host"),
        pytest.param("", 2, "'' is neither a host nor an address.", id="nothing"),
    ],
)
def test_what_is_no_known_host_is_told_so(
    newsledger: Newsledger, warehouse: str, named: str, code: int, said: str
) -> None:
    done = newsledger("politeness", named, "--warehouse", warehouse)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
