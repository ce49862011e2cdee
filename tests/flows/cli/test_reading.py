"""The commands that read: sql, show, extract, feed, import, config, version, help."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from flows.cli.main import _COMMANDS
from flows.demo import DemoSite
from tests.flows.cli.conftest import Newsledger
from tests.news_server import NewsServer

DOCUMENT = "The Gull\n\nHarbour \x1b[31mreopens\n\u202eShips\n1 min read\n\nThe gates, said \u201cGull\u201d, are open."
FERRY = "http://harbour-courier.example/harbour/ferry-heron-strikes-pier-1042"


@pytest.fixture
def warehouse(newsledger: Newsledger, tmp_path: Path) -> Path:
    """A warehouse with one document, whose text tries to paint the terminal."""
    (tmp_path / "gull").mkdir()
    (tmp_path / "gull" / "harbour.txt").write_text(DOCUMENT)
    answer = newsledger("import", "gull")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "1 documents read: 1 loaded.\n"
    return tmp_path / "data" / "newsledger.duckdb"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    with DemoSite() as site:
        body = site.resource_at(FERRY).body
    path = tmp_path / "page.html"
    path.write_text(body)
    return path


def test_a_table_shows_text_as_text(newsledger: Newsledger, warehouse: Path) -> None:
    answer = newsledger("sql", "select headline, standfirst, tags from articles", "--warehouse", str(warehouse))
    assert answer.returncode == 0
    assert "\x1b" not in answer.stdout
    assert "\u202e" not in answer.stdout
    assert r"Harbour \x1b[31mreopens" in answer.stdout
    assert answer.stderr == "1 row\n"


def test_json_csv_and_parquet_hold_the_same_rows(newsledger: Newsledger, warehouse: Path, tmp_path: Path) -> None:
    assert warehouse.exists()
    question = "select url, word_count, tags, first_seen_at, language from articles"
    rows = json.loads(newsledger("sql", question, "--format", "json").stdout)
    assert [row["url"] for row in rows] == ["document:gull/harbour"]
    assert rows[0]["tags"] == []
    as_csv = list(csv.DictReader(io.StringIO(newsledger("sql", question, "--format", "csv").stdout)))
    assert as_csv[0] == {**dict.fromkeys(rows[0], ""), **as_csv[0]}
    assert as_csv[0]["word_count"] == str(rows[0]["word_count"])
    assert as_csv[0]["first_seen_at"] == rows[0]["first_seen_at"]
    copied = newsledger("sql", f"copy ({question}) to '{tmp_path}/by_duckdb.parquet'")
    assert copied.returncode == 0
    assert pyarrow.parquet.read_table(tmp_path / "by_duckdb.parquet").num_rows == 1


def test_a_question_may_come_from_standard_input(newsledger: Newsledger, warehouse: Path) -> None:
    assert warehouse.exists()
    assert newsledger("sql", "-", "--format", "csv", stdin="select 6 * 7 as answer").stdout == "answer\n42\n"


def test_show_prints_the_document_as_it_was(newsledger: Newsledger, warehouse: Path) -> None:
    assert warehouse.exists()
    assert newsledger("show", "document:gull/harbour").stdout == DOCUMENT
    missing = newsledger("show", "http://gull.example/none")
    assert missing.returncode == 1
    assert "has no article under http://gull.example/none" in missing.stderr


def test_extract_prints_fields_json_or_the_document(newsledger: Newsledger, page: Path) -> None:
    fields = newsledger("extract", str(page), "--url", FERRY)
    assert fields.returncode == 0, fields.stderr
    assert "Ferry hits pier at Port Ossel in thick fog  [" in fields.stdout
    record = json.loads(newsledger("extract", str(page), "--url", FERRY, "--json").stdout)
    assert record["title"] == "Ferry hits pier at Port Ossel in thick fog"
    assert {"body", "authors", "published", "lang", "description", "caption", "witnesses"} <= set(record)
    document = newsledger("extract", "-", "--document", stdin=page.read_text()).stdout.splitlines()
    assert document[1] == ""
    assert document[2] == record["title"]


def test_extract_from_a_url_asks_robots_txt_first(newsledger: Newsledger, page: Path) -> None:
    with NewsServer() as server:
        server.add("http://paper.example/robots.txt", body=b"User-agent: *\nDisallow: /closed/\n")
        server.add("http://paper.example/open", body=page.read_bytes(), headers={"Content-Type": "text/html"})
        answer = newsledger("extract", "http://paper.example/open", environment=server.environment)
        refused = newsledger("extract", "http://paper.example/closed/a", environment=server.environment)
        assert "http://paper.example/closed/a" not in server.urls()
    assert answer.returncode == 0, answer.stderr
    assert refused.returncode == 1
    assert "robots" in refused.stderr


def test_a_batch_of_pages_keeps_its_order_and_tells_what_is_no_article(
    newsledger: Newsledger, page: Path, tmp_path: Path
) -> None:
    (tmp_path / "picture.html").write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
    lines = [
        {"id": "b", "url": FERRY, "html": "page.html"},
        {"id": "missing", "url": FERRY, "html": "none.html"},
        {"id": "picture", "url": "http://paper.example/1", "html": "picture.html"},
        {"id": "a", "url": FERRY, "html": "page.html"},
    ]
    assert page.exists()
    (tmp_path / "pages.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    answer = newsledger("extract", "--batch", "pages.jsonl", "--workers", "2")
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [line["id"] for line in found] == ["b", "missing", "picture", "a"]
    assert found[0]["title"] == found[3]["title"] == "Ferry hits pier at Port Ossel in thick fog"
    assert "none.html" in found[1]["reason"]
    assert found[2]["outcome"] == "not_html"


def test_a_broken_batch_line_is_told_with_its_number(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text('{"id": 1, "html": "x"}\n{"id": \n')
    answer = newsledger("extract", "--batch", "pages.jsonl")
    assert answer.returncode == 1
    assert "pages.jsonl:2" in answer.stderr


def test_a_feed_is_read_from_a_file_a_url_and_a_batch(newsledger: Newsledger, tmp_path: Path) -> None:
    with DemoSite() as site:
        body = site.resource_at("http://harbour-courier.example/rss.xml").body
    (tmp_path / "rss.xml").write_text(body)
    (tmp_path / "page.html").write_text("<!doctype html><html><body>No feed</body></html>")
    (tmp_path / "index.jsonl").write_text('{"id": 1, "file": "rss.xml"}\n{"id": 2, "file": "page.html"}\n')
    from_file = newsledger("feed", "rss.xml")
    assert from_file.returncode == 0, from_file.stderr
    assert from_file.stdout.startswith("rss rss20: Harbour Courier\n")
    batch = [json.loads(line) for line in newsledger("feed", "--batch", "index.jsonl").stdout.splitlines()]
    assert batch[0]["error"] is None
    assert len(batch[0]["entries"]) == 4
    assert batch[1]["error"].startswith("NotAFeed: ")
    with NewsServer() as server:
        server.add("http://paper.example/rss", body=body.encode())
        from_url = newsledger("feed", "http://paper.example/rss", "--json", environment=server.environment)
    assert [entry["title"] for entry in json.loads(from_url.stdout)["entries"]] == [
        entry["title"] for entry in batch[0]["entries"]
    ]


def test_config_tells_where_each_value_comes_from(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('[settings]\nworkers = 3\n[[feeds]]\nurl = "http://paper.example/rss"\n')
    shown = json.loads(newsledger("config", "--json").stdout)
    assert shown["settings"]["workers"] == {"value": 3, "from": "feeds.toml:2"}
    assert shown["settings"]["data_dir"]["from"] == "NEWSLEDGER_DATA_DIR"
    assert shown["settings"]["schedule"]["from"] == "default"
    assert "workers               3  [feeds.toml:2]" in newsledger("config").stdout


@pytest.mark.parametrize("command", _COMMANDS)
def test_the_help_of_every_command_has_an_example(newsledger: Newsledger, command: str) -> None:
    shown = newsledger(command, "--help").stdout
    assert "Example" in shown
    assert f"newsledger {command}" in shown.replace("\n", " ")
