"""Saved pages and the WARC files of others become articles by the same path as fetched pages."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import pytest
from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from flows.imports.http_messages import read_answer
from flows.imports.warc_files import read_records, record_at
from tests.flows.imports.test_own_archive import importing
from tests.flows.test_stages import page
from transforms.article.saved_page import address_of
from transforms.errors import InputError
from warehouse.checks import run_checks
from warehouse.connection import open_reader


def a_record(
    url: str, body: bytes, *, status: int = 200, headers: tuple[str, ...] = ("Content-Type: text/html",)
) -> bytes:
    """A response record as other programs write it."""
    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = url
    record.headers["WARC-Date"] = "2026-10-15T08:00:00Z"
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.set_bytes_content("\r\n".join((f"HTTP/1.1 {status} X", *headers, "", "")).encode() + body)
    out = io.BytesIO()
    writer = GzipWriter(out)
    record.write(writer)
    writer.finish()
    return out.getvalue()


def ask(data: Path, question: str) -> list[tuple[object, ...]]:
    with open_reader(data / "newsledger.duckdb", wait_seconds=1) as warehouse:
        assert run_checks(warehouse) == []
        return warehouse.execute(question).fetchall()


def chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"


def test_every_page_of_a_warc_file_becomes_an_article_or_an_outcome(tmp_path: Path) -> None:
    login = b"<html><head><title>Sign in</title></head><body><h1>Sign in</h1><input type=password>Log in</body></html>"
    html = ("Content-Type: text/html; charset=utf-8",)
    (tmp_path / "news.warc.gz").write_bytes(
        a_record("http://paper.example/1?utm_source=x", page(1))
        + a_record("http://paper.example/2", gzip.compress(page(2)), headers=(*html, "Content-Encoding: gzip"))
        + a_record("http://paper.example/3", chunked(page(3)), headers=(*html, "Transfer-Encoding: chunked"))
        + a_record("http://paper.example/4", page(4), headers=(*html, "Transfer-Encoding: chunked"))
        + a_record("http://paper.example/5", login)
        + a_record("http://paper.example/logo.png", b"\x89PNG", headers=("Content-Type: image/png",))
        + a_record("http://paper.example/gone", b"gone", status=410)
        + a_record("http://paper.example/1", page(1))
    )
    report = importing(tmp_path / "data", tmp_path / "news.warc.gz")
    assert (report.read, report.passed_over, list(report.problems)) == ({"WARC pages": 6}, 2, [])
    assert ask(tmp_path / "data", "select headline, first_seen_at::date::varchar from articles order by 1") == [
        (f"Story {number}", "2026-10-15") for number in (1, 2, 3, 4)
    ]
    assert ask(tmp_path / "data", "select distinct outcome from url_status where url like '%/5'") == [("login_wall",)]


def test_the_same_pages_again_change_no_article(tmp_path: Path) -> None:
    (tmp_path / "news.warc.gz").write_bytes(a_record("http://paper.example/1", page(1)))
    importing(tmp_path / "data", tmp_path / "news.warc.gz")
    before = ask(tmp_path / "data", "from article_versions")
    assert importing(tmp_path / "data", tmp_path / "news.warc.gz").outcomes == {"unchanged": 1}
    assert ask(tmp_path / "data", "from article_versions") == before


def test_saved_pages_get_the_address_that_they_name(tmp_path: Path) -> None:
    pages = tmp_path / "saved"
    pages.mkdir()
    (pages / "one.html").write_bytes(b"<!-- saved from url=(0029)http://paper.example/story-1 -->\n" + page(1))
    canonical = b"<head><link rel='canonical' href='http://paper.example/story-2'>"
    (pages / "two.htm").write_bytes(page(2).replace(b"<head>", canonical))
    (pages / "three.html.gz").write_bytes(gzip.compress(page(3)))
    (pages / "four.html").write_bytes(b"<html><body>nothing here</body></html>")
    report = importing(tmp_path / "data", pages)
    assert report.read == {"saved pages": 3}
    (problem,) = report.problems
    assert "four.html: holds no article: too_short" in problem
    assert ask(tmp_path / "data", "select url from articles order by 1") == [
        ("document:saved/three.html",),
        ("http://paper.example/story-1",),
        ("http://paper.example/story-2",),
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(b"<!-- saved from url=(0020)http://a.example/1 -->", "http://a.example/1", id="chromium"),
        pytest.param(
            b"<!--\n Page saved with SingleFile \n url: http://a.example/2 \n-->", "http://a.example/2", id="singlefile"
        ),
        pytest.param(b"<!-- saved from url=(0014)about:internet -->", None, id="mark-of-the-web"),
        pytest.param(b"<meta property='og:url' content='http://a.example/3'>", "http://a.example/3", id="og-url"),
        pytest.param(b"<link rel=canonical href='/relative'>", None, id="relative-canonical"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_where_a_saved_page_came_from(head: bytes, expected: str | None) -> None:
    assert address_of(head + b"<p>Text</p>") == expected


def test_a_file_that_is_no_warc_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(b"nothing"))
    (tmp_path / "b.warc").write_bytes(b"")
    report = importing(tmp_path / "data", tmp_path / "a.warc.gz", tmp_path / "b.warc")
    assert all("holds no WARC record" in problem for problem in report.problems)
    assert len(report.problems) == 2


def plain_record(number: int) -> bytes:
    return gzip.decompress(a_record(f"http://paper.example/{number}", page(number)))


def with_length(record: bytes, change: int) -> bytes:
    """The record with another Content-Length than it has."""
    length = int(re.findall(rb"Content-Length: (\d+)", record)[0])
    return record.replace(b"Content-Length: %d" % length, b"Content-Length: %d" % (length + change), 1)


@pytest.mark.parametrize(
    ("second", "told"),
    [
        pytest.param(plain_record(2)[:400], "does not end where its Content-Length says", id="cut-off"),
        pytest.param(with_length(plain_record(2), 9), "does not end where its Content-Length says", id="too-long"),
        pytest.param(with_length(plain_record(2), 10**9), "is cut off", id="longer-than-the-file"),
        pytest.param(with_length(plain_record(2), -9), "does not end where its Content-Length says", id="too-short"),
        pytest.param(plain_record(2).replace(b"Content-Length", b"Length", 1), "has no header", id="without-length"),
        pytest.param(b"\0" * 5000 + b"\r\n\r\n", "has no header", id="noise"),
        pytest.param(b"WARC/1.0\r\n" + b"x" * 100_000 + b"\r\n\r\n", "has no header", id="endless-header"),
    ],
)
def test_a_damaged_record_costs_itself_alone(tmp_path: Path, second: bytes, told: str) -> None:
    first, third = plain_record(1), plain_record(3)
    path = tmp_path / "news.warc"
    path.write_bytes(first + second + third)
    problems: list[str] = []
    records = list(read_records(path, problems.append))
    assert [(record.url, record.offset) for record in records] == [
        ("http://paper.example/1", 0),
        ("http://paper.example/3", len(first + second)),
    ]
    (problem,) = problems
    assert f"{path}: the record at byte {len(first)} {told}" in problem


@pytest.mark.parametrize("between", [b"", b"\n\n", b"\r\n\r\n\r\n"], ids=["nothing", "line-feeds", "one-line-more"])
def test_records_that_are_parted_in_other_ways_are_read(tmp_path: Path, between: bytes) -> None:
    path = tmp_path / "news.warc"
    path.write_bytes(between + between.join(plain_record(number).rstrip(b"\r\n") for number in (1, 2, 3)))
    problems: list[str] = []
    records = list(read_records(path, problems.append))
    assert [record.url[-1] for record in records] == ["1", "2", "3"]
    assert [record_at(path, record.offset) for record in records] == records
    assert problems == []


@pytest.mark.parametrize("block", [b"", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 x\r\n\r\n"])
def test_what_is_no_http_answer_is_an_error_of_its_own(block: bytes) -> None:
    with pytest.raises(ValueError, match="no HTTP answer"):
        read_answer(block, max_bytes=100)


def test_a_path_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no document"):
        importing(tmp_path / "data", tmp_path)
