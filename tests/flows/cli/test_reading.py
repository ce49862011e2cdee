"""The commands that read: sql, show, extract, feed, import, config, version, help."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import pty
import shutil
import subprocess
import sys
import termios
from concurrent.futures import Future
from pathlib import Path

import pyarrow.parquet
import pytest

from flows.cli.inputs import batch_lines
from flows.cli.main import _COMMANDS
from flows.demo import DemoSite
from flows.in_order import in_order
from tests.flows.cli.conftest import SCRIPT, Newsledger
from tests.forks import Forks
from tests.news_server import NewsServer
from transforms.errors import InputError
from warehouse.connection import open_writer

DOCUMENT = "The Gull\n\nHarbour \x1b[31mreopens\n\u202eShips\n1 min read\n\nThe gates, said \u201cGull\u201d, are open."
FERRY = "http://harbour-courier.example/harbour/ferry-heron-strikes-pier-1042"


@pytest.fixture(scope="module")
def gull(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that one document was imported into, whose text tries to paint the terminal."""
    folder = tmp_path_factory.mktemp("gull")
    (folder / "gull").mkdir()
    (folder / "gull" / "harbour.txt").write_text(DOCUMENT)
    answer = forks.run(
        "flows.cli.main:main",
        arguments=["import", "gull"],
        environment={**os.environ, "NEWSLEDGER_DATA_DIR": str(folder / "data")},
        folder=folder,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "1 document read: 1 loaded.\n"
    return folder / "data"


@pytest.fixture
def warehouse(gull: Path, tmp_path: Path) -> Path:
    """The warehouse in a copy of that folder, which the commands find by themselves."""
    shutil.copytree(gull, tmp_path / "data")
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


def test_what_is_no_question_is_wrong_use(newsledger: Newsledger, warehouse: Path) -> None:
    assert warehouse.exists()
    for question, message in (
        (";", "no statement"),
        ("/* c */", "no statement"),
        ("-- c", "no statement"),
        ("select '\udce9'", "no UTF-8 text"),
    ):
        answer = newsledger("sql", question)
        assert answer.returncode == 2, question
        assert message in answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_question_may_begin_with_a_comment(newsledger: Newsledger, warehouse: Path) -> None:
    answer = newsledger("sql", "-- all of it\nselect 42 as a", "--format", "csv", "--warehouse", str(warehouse))
    assert answer.stdout == "a\n42\n"


def test_an_output_that_takes_nothing_ends_with_a_message_or_quietly(warehouse: Path) -> None:
    def ended(form: str, redirection: str) -> tuple[int, str]:
        command = f'"{SCRIPT}" sql "from range(50000)" --format {form} --warehouse "{warehouse}" {redirection}'
        answer = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False
        )
        return answer.returncode, answer.stderr

    for form in ("table", "csv", "json"):
        code, message = ended(form, "> /dev/full")
        assert code == 1, form
        assert "Standard output cannot be written: No space left on device" in message
        assert ended(form, "| true") == (0, ""), form
    code, message = ended("parquet", ">&-")
    assert code == 1
    assert "Standard output is closed" in message


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_the_warehouse_is_closed_while_somebody_reads_the_answer(warehouse: Path, form: str) -> None:
    """As long as a pager shows the first page, say."""
    question = "select hash(range) as a, repeat(hash(range + 1)::varchar, 8) as b from range(30000)"
    with subprocess.Popen(
        [str(SCRIPT), "sql", question, "--format", form, "--warehouse", str(warehouse)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.read(1)
        assert reader.poll() is None
        with open_writer(warehouse, wait_seconds=0):
            pass
        assert len(reader.stdout.read()) > 65536, "or it would fit a pipe, and nobody would have waited"


def on_a_terminal(tmp_path: Path, *arguments: str, columns: int) -> str:
    """What a command writes on a terminal of so many columns."""
    terminal, side = pty.openpty()
    termios.tcsetwinsize(side, (50, columns))
    without_size = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [str(SCRIPT), *arguments],
        env={**without_size, "NEWSLEDGER_DATA_DIR": str(tmp_path / "data"), "TERM": "xterm"},
        stdout=side,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(side)
        written = b""
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
            while chunk := os.read(terminal, 4096):
                written += chunk
        assert process.wait() == 0
    os.close(terminal)
    return written.decode().replace("\r\n", "\n")


def test_columns_that_do_not_fit_a_terminal_become_lines(warehouse: Path, tmp_path: Path) -> None:
    assert warehouse.exists()
    question = "select headline, site, word_count, title, url, body_source from articles"
    narrow = on_a_terminal(tmp_path, "sql", question, columns=50).splitlines()
    assert narrow[:2] == ["─" * 50, r"headline: Harbour \x1b[31mreopens"]
    assert "word_count: 6" in narrow
    assert "word_count: 6" not in on_a_terminal(tmp_path, "sql", question, columns=150)


def test_csv_and_documents_cannot_paint_a_terminal(warehouse: Path, tmp_path: Path) -> None:
    assert warehouse.exists()
    for command in (["sql", "select headline from articles", "--format", "csv"], ["show", "document:gull/harbour"]):
        shown = on_a_terminal(tmp_path, *command, columns=80)
        assert "\x1b[31m" not in shown
        assert r"Harbour \x1b[31mreopens" in shown


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


def test_the_lines_before_a_broken_one_are_answered(newsledger: Newsledger, page: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"id": number, "url": FERRY, "html": page.name}) for number in range(3)]
    (tmp_path / "pages.jsonl").write_text("\n".join([*lines, '{"id": ', *lines]))
    answer = newsledger("extract", "--batch", "pages.jsonl")
    assert answer.returncode == 1
    assert [json.loads(line)["id"] for line in answer.stdout.splitlines()] == [0, 1, 2]
    assert "pages.jsonl:4: no JSON" in answer.stderr
    assert '{"id": "1", "url": "https://news.example/a", "html": "a.html"}' in answer.stderr


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"html": "a"}', id="no-id"),
        pytest.param('{"id": [1]}', id="list-as-id"),
        pytest.param('{"id": NaN}', id="no-number-as-id"),
        pytest.param("\udcff", id="not-utf-8"),
    ],
)
def test_a_line_without_a_name_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"\n" + os.fsencode(line))
    with pytest.raises(InputError, match=r"lines\.jsonl:2: "):
        list(batch_lines(path, example="{}"))


def test_lines_that_cannot_be_done_are_errors_of_their_own(newsledger: Newsledger, page: Path, tmp_path: Path) -> None:
    def check(command: str, key: str, cases: dict[str, dict[str, object]]) -> None:
        lines = [json.dumps({"id": reason, **fields}) for reason, fields in cases.items()]
        (tmp_path / "lines.jsonl").write_text("\n".join(lines))
        answer = newsledger(command, "--batch", "lines.jsonl")
        assert answer.returncode == 0, answer.stderr
        found = {line["id"]: line[key] for line in map(json.loads, answer.stdout.splitlines())}
        assert list(found) == list(cases)
        assert [reason for reason, told in found.items() if reason not in told] == []

    (tmp_path / "torn.gz").write_bytes(gzip.compress(b"abc" * 99)[:12] + b"\xff" * 9)
    pages: dict[str, dict[str, object]] = {
        "null byte": {"html": "a\0b"},
        "surrogates": {"html": "\ud800"},
        '"html" must be a text and is 1': {"html": 1},
        'no "html"': {},
        "no file": {"html": "none.html"},
        '"url" must be a text': {"html": page.name, "url": ["x"]},
        "torn.gz cannot be read": {"html": "torn.gz"},
    }
    check("extract", "reason", pages)
    feeds: dict[str, dict[str, object]] = {
        "null byte": {"file": "a\0b"},
        '"http_headers" must be an object': {"file": page.name, "http_headers": [1]},
        '"base_url" must be a text': {"file": page.name, "base_url": 1},
    }
    check("feed", "error", feeds)


def test_a_task_that_fails_unexpectedly_is_an_error_of_its_line() -> None:
    def submit(item: dict[str, object]) -> Future[str]:
        future: Future[str] = Future()
        if item["id"] == 2:
            future.set_exception(KeyError("lost"))
        else:
            future.set_result("done")
        return future

    results = [result for _, result in in_order([{"id": 1}, {"id": 2}, {"id": 3}], submit, places=2)]
    assert [str(result) for result in results] == ["done", "KeyError: 'lost'", "done"]


def test_errors_name_what_was_read(newsledger: Newsledger, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text("no feed")
    assert "bad.xml: the address answers" in newsledger("feed", "bad.xml").stderr
    assert "Standard input: " in newsledger("feed", "-", stdin="no feed").stderr
    assert "Standard input holds no article" in newsledger("extract", "-", stdin="<p>a").stderr
    program = newsledger("extract", sys.executable)
    assert program.returncode == 1
    assert "binary data" in program.stderr


def test_a_feed_is_read_from_a_file_a_url_and_a_batch(newsledger: Newsledger, tmp_path: Path) -> None:
    with DemoSite() as site:
        body = site.resource_at("http://harbour-courier.example/rss.xml").body
    (tmp_path / "rss.xml").write_text(body)
    (tmp_path / "page.html").write_text("<!doctype html><html><body>No feed</body></html>")
    (tmp_path / "index.jsonl").write_text('{"id": 1, "file": "rss.xml"}\n{"id": 2, "file": "page.html"}\n')
    from_file = newsledger("feed", "rss.xml")
    assert newsledger("feed", "-", stdin=body).stdout == from_file.stdout
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
    printed = newsledger("config").stdout
    assert "workers               3  [feeds.toml:2]" in printed
    assert "contact               (none)  [default]" in printed


@pytest.mark.parametrize("command", _COMMANDS)
def test_the_help_of_every_command_has_an_example(newsledger: Newsledger, command: str) -> None:
    shown = newsledger(command, "--help").stdout
    assert "Example" in shown
    assert f"newsledger {command}" in shown.replace("\n", " ")
