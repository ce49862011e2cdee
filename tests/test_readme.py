"""The README is true: every command in it runs, and it names every setting, view and outcome."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import duckdb
import pytest

from flows.demo import DemoSite
from flows.feeds_file import read_feeds_file
from flows.settings import Settings
from tests.flows.cli.conftest import prefect_server  # noqa: F401 - a fixture
from tests.forks import Forks
from transforms.outcomes import Outcome

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^\$ (newsledger .*)$", README, re.MULTILINE)
DOCUMENT = "Harbour\n\nHarbour reopens\nShips may enter again.\n1 min read\n\nThe gates are open.\n"


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with what the README's commands are pointed at."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "harbour.txt").write_text(DOCUMENT)
    (tmp_path / "documents" / "harbour-2.txt").write_text(DOCUMENT)
    with DemoSite() as site:
        feed = site.resource_at("http://harbour-courier.example/rss.xml").body
        page = site.resource_at("http://harbour-courier.example/harbour/ferry-heron-strikes-pier-1042").body
    (tmp_path / "rss.xml").write_text(feed)
    (tmp_path / "page.html").write_text(page)
    (tmp_path / "pages.jsonl").write_text(json.dumps({"id": 1, "url": "http://a.example/", "html": "page.html"}) + "\n")
    toml = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert toml
    (tmp_path / "feeds.toml").write_text(toml[1].replace("newsroom@your-paper.tld", "desk@paper.news"))
    return tmp_path


def test_every_command_of_the_readme_runs(workplace: Path, prefect_server: str, forks: Forks) -> None:  # noqa: F811
    """In their order, in one folder; the web of the demo is the only one there is."""
    with DemoSite() as site:
        environment = {
            **os.environ,
            "PREFECT_API_URL": prefect_server,
            "HOME": str(workplace),
            "XDG_DATA_HOME": "",
            "HTTP_PROXY": site.proxy_url,
            "HTTPS_PROXY": site.proxy_url,
        }
        for command in COMMANDS:
            answer = forks.run(
                "flows.cli.main:main",
                arguments=[word.replace("~", str(workplace)) for word in shlex.split(command)[1:]],
                environment=environment,
                folder=workplace,
            )
            assert answer.returncode == 0, f"{command}\n{answer.stdout}{answer.stderr}"
            assert answer.stdout, command


def test_the_readmes_feeds_file_is_right(workplace: Path) -> None:
    found = read_feeds_file(workplace / "feeds.toml")
    assert [feed.name for feed in found.feeds] == ["BBC News", "Tagesschau"]


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", README, re.MULTILINE))
    assert {name for name in rows if name in Settings.model_fields} == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | float) and name != "workers":
            assert float(rows[name]) == field.default, name


def test_every_outcome_and_view_is_in_the_readme(tmp_path: Path) -> None:
    listed = re.search(r"The outcomes are: ([^.]*)\.", README)
    assert listed
    assert re.split(r",\s+", listed[1]) == [str(outcome) for outcome in Outcome]
    from datetime import UTC, datetime

    from warehouse.connection import empty_connection

    with empty_connection(datetime(2026, 1, 1, tzinfo=UTC)) as connection:
        views = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'main' and not internal"
        ).fetchall()
    assert isinstance(connection, duckdb.DuckDBPyConnection)
    assert {name for (name,) in views} == set(re.findall(r"^\| `(\w+)` \| [^|]+ \|$", README, re.MULTILINE))
