"""`newsledger forget` as a user has it, and what other commands say of what is forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.flows.cli.conftest import Newsledger
from warehouse.forget import target_of
from warehouse.sql import sql_files
from warehouse.takedowns import begin_takedown

DOCUMENT = "Harbour\n\nHarbour reopens\nShips may enter again.\n1 min read\n\nThe zanzibarquux gates are open.\n"
ADDRESS = "document:documents/harbour"


@pytest.fixture
def newsroom(newsledger: Newsledger, tmp_path: Path) -> Newsledger:
    """With one document in its warehouse."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "harbour.txt").write_text(DOCUMENT)
    assert newsledger("import", "documents").returncode == 0
    return newsledger


def test_a_text_goes_when_its_user_is_sure_and_stays_out_until_that_is_lifted(
    newsroom: Newsledger, tmp_path: Path
) -> None:
    warehouse = tmp_path / "data" / "newsledger.duckdb"
    unsure = newsroom("forget", ADDRESS)
    assert unsure.returncode == 2
    assert "would drop the text of 1 version of 1 article, what feeds said in 0 sightings" in unsure.stderr
    assert "say --yes to do it" in unsure.stderr
    assert b"zanzibarquux" in warehouse.read_bytes()

    sure = newsroom("forget", ADDRESS, "--reason", "asked by its author", "--yes", "--now", "2026-10-16T09:00:00Z")
    assert (sure.returncode, sure.stderr) == (0, "")
    assert "is forgotten: 1 version of 1 article, 0 sightings and 0 records" in sure.stdout
    assert b"zanzibarquux" not in warehouse.read_bytes()

    shown = newsroom("show", ADDRESS)
    assert shown.returncode == 1
    assert "Forgotten on 2026-10-16: asked by its author." in shown.stderr
    told = json.loads(newsroom("why", ADDRESS, "--json").stdout)
    assert told["statuses"][0]["next"].endswith(f"no run asks for it until `newsledger forget --lift {ADDRESS}`.")
    begin_takedown(warehouse, target_of(ADDRESS))
    assert "[in force, takedown unfinished]" in newsroom("forget", "--list").stdout
    assert newsroom("forget", ADDRESS, "--yes").returncode == 0
    (listed,) = json.loads(newsroom("forget", "--list", "--json").stdout)
    assert (listed["scope"], listed["key"], listed["lifted_at"]) == ("url", ADDRESS, None)
    assert listed["is_unfinished"] is False
    assert "1 suppressed" in newsroom("import", "documents").stdout
    assert b"zanzibarquux" not in warehouse.read_bytes()

    assert "suppressed no more" in newsroom("forget", "--lift", ADDRESS).stdout
    assert "1 revised" in newsroom("import", "documents").stdout
    assert "zanzibarquux" in newsroom("show", ADDRESS).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param((), 2, "Give one URL or SITE", id="nothing"),
        pytest.param(("a.example", "--list"), 2, "Give one URL or SITE", id="two-things"),
        pytest.param(("harbour", "--yes"), 2, "neither an address nor a site", id="no-address"),
        pytest.param(("--lift", "harbour"), 2, "neither an address nor a site", id="no-address-to-lift"),
        pytest.param(("a.example",), 2, "would drop the text of 0 versions", id="no-data-folder"),
        pytest.param(("--lift", "a.example"), 1, "a.example is not suppressed", id="nothing-to-lift"),
        pytest.param(("--list",), 1, "There is no warehouse", id="no-warehouse"),
    ],
)
def test_what_cannot_be_forgotten_is_told(
    newsledger: Newsledger, arguments: tuple[str, ...], code: int, message: str
) -> None:
    answer = newsledger("forget", *arguments)
    assert (answer.returncode, message in answer.stderr) == (code, True), answer.stderr


def test_a_warehouse_of_a_newer_schema_is_refused_by_every_command(newsroom: Newsledger, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "data" / "newsledger.duckdb")) as warehouse:
        warehouse.execute("insert into ops.schema_migrations values (9999, '9999_later.sql', now())")
    known = int(sql_files("schema")[-1].name[:4])
    for arguments in (("sql", "from articles"), ("import", "documents"), ("forget", ADDRESS, "--yes")):
        answer = newsroom(*arguments)
        assert answer.returncode == 1
        assert f"has schema 9999 and this newsledger knows schemas up to {known}" in answer.stderr
    assert [path.name for path in (tmp_path / "data").glob("*.duckdb*")] == ["newsledger.duckdb"]
