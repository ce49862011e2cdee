"""Wrong use: a clear message, the documented exit code, and nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from flows.lock import run_lock
from tests.flows.cli.conftest import Newsledger
from tests.warehouse.test_connection import held_by_another_process
from transforms.text import squeeze

FEEDS = '[[feeds]]\nurl = "http://paper.example/rss"\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("[[feeds]\n", "no valid TOML", id="malformed"),
        pytest.param("[[feeds]]\nurl = 'http://a.example/'\nnaem = 'x'\n", "did you mean 'name'?", id="unknown-key"),
        pytest.param("[settings]\nworkers = 0\n", "workers", id="bad-value"),
        pytest.param("[settings]\ncontact = 'me@example.com'\n" + FEEDS, "placeholder", id="placeholder-contact"),
        pytest.param("", "lists no feed", id="no-feeds"),
    ],
)
def test_a_wrong_feeds_file_ends_with_2(newsledger: Newsledger, tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "feeds.toml").write_text(content)
    answer = newsledger("run")
    assert answer.returncode == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("run", "--feeds", "none.toml"), "There is no feeds file", id="missing-feeds-file"),
        pytest.param(("run", "--only", "Papper"), "did you mean", id="unknown-feed"),
        pytest.param(("run", "--now", "yesterday"), "--now", id="bad-now"),
        pytest.param(("demo", "--config", "feeds.toml"), "has its own feeds file", id="demo-with-config"),
        pytest.param(("serve", "--schedule", "61 * * * *"), "no cron expression", id="bad-cron"),
        pytest.param(("frobnicate",), "No such command", id="unknown-command"),
        pytest.param(("sql",), "Missing argument", id="no-question"),
        pytest.param(("sql", "  "), "There is no question", id="empty-question"),
        pytest.param(("extract",), "Give one PAGE", id="nothing-to-extract"),
        pytest.param(("extract", "-", "--batch", "x"), "Give one PAGE", id="two-things-to-extract"),
        pytest.param(("feed",), "Give one FEED", id="no-feed-to-read"),
        pytest.param(("import", ""), "an empty path", id="empty-path-to-import"),
        pytest.param(("import", "feeds.toml", ""), "an empty path", id="one-empty-path-to-import"),
        pytest.param(("extract", ""), "an empty path", id="empty-path-to-extract"),
        pytest.param(("sql", "select 1", "--warehouse", ""), "an empty path", id="empty-warehouse"),
    ],
)
def test_wrong_use_ends_with_2(
    newsledger: Newsledger, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "feeds.toml").write_text("[[feeds]]\nurl = 'http://paper.example/rss'\nname = 'Paper'\n")
    answer = newsledger(*arguments)
    assert answer.returncode == 2, answer.stderr
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr


NO_TEXT = "http://paper.example/caf\udce9"
"""As Python has an argument whose last byte is no UTF-8."""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(("why", NO_TEXT), "'URL'", id="why"),
        pytest.param(("show", NO_TEXT), "'URL'", id="show"),
        pytest.param(("forget", NO_TEXT, "--yes"), "'URL|SITE'", id="forget"),
        pytest.param(("forget", "--lift", NO_TEXT), "'--lift'", id="lift"),
        pytest.param(("forget", "a.example", "--yes", "--reason", "\udce9"), "'--reason'", id="reason"),
        pytest.param(("merge", "http://paper.example/a", NO_TEXT), "'KEPT_URL'", id="merge"),
        pytest.param(("split", NO_TEXT), "'URL'", id="split"),
        pytest.param(("sql", "select '\udce9'"), "'QUESTION'", id="sql"),
        pytest.param(("extract", NO_TEXT), "'[PAGE]'", id="extract"),
        pytest.param(("feed", NO_TEXT), "'[FEED]'", id="feed"),
        pytest.param(("run", "--only", "a", "--only", "\udce9"), "'--only'", id="only"),
    ],
)
def test_an_argument_that_is_no_utf_8_is_wrong_use(
    newsledger: Newsledger, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    answer = newsledger(*arguments)
    assert answer.returncode == 2, answer.stderr
    assert f"Invalid value for {named}: " in answer.stderr
    assert "\\udce9 is no UTF-8 text" in squeeze(answer.stderr) or "\\udce9' is no UTF-8 text" in answer.stderr
    assert not (tmp_path / "data").exists()


def test_the_name_of_a_file_may_be_no_utf_8(newsledger: Newsledger, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("T\n\nT\n1 min read\n\nText of the story.")
    assert newsledger("import", name).returncode == 0
    assert "holds no article" in newsledger("extract", name).stderr
    assert newsledger("import", NO_TEXT).returncode == 1


@pytest.mark.parametrize("command", [("run",), ("sql", "select 1"), ("show", "http://paper.example/a")])
def test_a_file_that_is_no_database_is_told_and_left_alone(
    newsledger: Newsledger, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    (tmp_path / "notes.txt").write_text("not a database, and longer than a header" * 200)
    answer = newsledger(*command, "--warehouse", "notes.txt")
    assert answer.returncode == 1
    assert "notes.txt" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert (tmp_path / "notes.txt").read_text().startswith("not a database")


@pytest.mark.parametrize("command", [("run",), ("sql", "select 1")])
def test_a_warehouse_of_a_newer_schema_is_refused(
    newsledger: Newsledger, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    path = tmp_path / "data" / "newsledger.duckdb"
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("T\n\nT\n1 min read\n\nText of the story.")
    assert newsledger("import", "documents").returncode == 0
    with duckdb.connect(str(path)) as connection:
        connection.execute("update ops.schema_migrations set version = 9000 where version = 1")
    answer = newsledger(*command)
    assert answer.returncode == 1
    assert "9000" in answer.stderr
    assert "newer" in answer.stderr


def test_a_folder_that_cannot_be_written_is_told(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    (tmp_path / "taken").write_text("a file where a folder is wanted")
    answer = newsledger("run", environment={"NEWSLEDGER_DATA_DIR": str(tmp_path / "taken")})
    assert answer.returncode == 1
    assert "taken" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_question_to_a_warehouse_that_does_not_exist_says_how_to_make_one(newsledger: Newsledger) -> None:
    answer = newsledger("sql", "select 1")
    assert answer.returncode == 1
    assert "newsledger run" in answer.stderr


def test_a_run_in_progress_ends_a_second_one_with_4(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    from datetime import UTC, datetime

    with run_lock(tmp_path / "data" / "run.lock", run_id="first", now=datetime(2026, 10, 16, tzinfo=UTC)):
        answer = newsledger("run")
    assert answer.returncode == 4
    assert f"Run first (process {os.getpid()}, since 2026-10-16T00:00:00+00:00) is in progress" in answer.stderr


def test_a_busy_warehouse_ends_a_run_with_3_and_nobody_is_asked(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("T\n\nT\n1 min read\n\nText of the story.")
    newsledger("import", "documents")
    with held_by_another_process(tmp_path / "data" / "newsledger.duckdb", "write"):
        answer = newsledger("run", environment={"NEWSLEDGER_WAREHOUSE_WAIT": "0.2"})
    assert answer.returncode == 3, answer.stderr
    assert "newsledger.duckdb" in answer.stderr


def test_a_wrong_sql_question_ends_with_2_and_duckdbs_own_words(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("T\n\nT\n1 min read\n\nText of the story.")
    newsledger("import", "documents")
    answer = newsledger("sql", "select headlin from articles")
    assert answer.returncode == 2
    assert "headline" in squeeze(answer.stderr)
    refused = newsledger("sql", "delete from fct_versions")
    assert refused.returncode == 2
    assert "read-only" in refused.stderr
