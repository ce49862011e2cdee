from __future__ import annotations

import errno
import gzip
import io
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from flows.acquire.archive import Archive, Exchange
from flows.acquire.exchange import feed_request, page_request
from tests.factories import a_run
from tests.flows.acquire.clients import NOW, fetch
from tests.news_server import Behaviour, NewsServer
from transforms.errors import ArchiveUnwritable

STORY = b"<p>Kept as it came.</p>" * 100
FETCH_ID = "0123456789abcdef0123456789abcdef"
EXCHANGE = Exchange(
    fetch_id=FETCH_ID,
    url="http://paper.example/story?a=1",
    target="/story?a=1",
    at=NOW,
    request_headers=(("Host", "paper.example"), ("Authorization", "Basic secret")),
    status=200,
    reason="OK",
    response_headers=(("Content-Type", b"text/html"), ("X-Town", "Z\xfcrich".encode("latin-1"))),
    wire_body=STORY,
)


def records(folder: Path, raw_ref: str) -> list[tuple[WarcRecordType, dict[str, str], bytes]]:
    """The response at that place and the request that follows it."""
    name, _, offset = raw_ref.partition("#")
    with (folder / name).open("rb") as file:
        file.seek(int(offset))
        return [
            (record.record_type, dict(record.headers.items()), record.reader.read())
            for record in ArchiveIterator(io.BytesIO(file.read()), parse_http=False)
        ][:2]


def test_the_reference_leads_to_the_response_and_its_request(tmp_path: Path) -> None:
    with Archive(tmp_path, a_run()) as archive:
        archive.add(EXCHANGE)
        raw_ref = archive.add(replace(EXCHANGE, url="http://paper.example/two", wire_body=b"two"))
    (kind, about, block), (other_kind, about_other, other_block) = records(tmp_path, raw_ref)
    assert (str(kind), str(other_kind)) == ("response", "request")
    assert about["WARC-Target-URI"] == about_other["WARC-Target-URI"] == "http://paper.example/two"
    assert about["WARC-Date"] == "2030-05-06T07:08:09Z"
    assert about["WARC-Record-ID"] == about_other["WARC-Concurrent-To"]
    assert about["WARC-Record-ID"] == "<urn:uuid:01234567-89ab-cdef-0123-456789abcdef>"
    assert block == b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Town: Z\xfcrich\r\n\r\ntwo"
    assert other_block == b"GET /story?a=1 HTTP/1.1\r\nHost: paper.example\r\n\r\n"


def test_credentials_are_not_kept(tmp_path: Path) -> None:
    with Archive(tmp_path, a_run()) as archive:
        raw_ref = archive.add(EXCHANGE)
    assert b"secret" not in gzip.decompress((tmp_path / raw_ref.partition("#")[0]).read_bytes())


def test_a_full_chunk_is_followed_by_the_next_file(tmp_path: Path) -> None:
    with Archive(tmp_path, a_run(), chunk_bytes=1) as archive:
        refs = [archive.add(EXCHANGE) for _ in range(3)]
    assert [ref.partition("#")[0] for ref in refs] == [f"run-1-000{number}.warc.gz" for number in (1, 2, 3)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [ref.partition("#")[0] for ref in refs]


def test_files_of_an_earlier_process_are_left_alone(tmp_path: Path) -> None:
    with Archive(tmp_path, a_run()) as earlier:
        earlier.add(EXCHANGE)
    before = (tmp_path / "run-1-0001.warc.gz").read_bytes()
    with Archive(tmp_path, a_run()) as later:
        assert later.add(EXCHANGE).startswith("run-1-0002.warc.gz#")
    assert (tmp_path / "run-1-0001.warc.gz").read_bytes() == before


def test_an_archive_without_records_leaves_no_file(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive", a_run()) as archive:
        archive.sync()
    assert not (tmp_path / "archive").exists()


def test_a_disk_that_is_full_is_an_error_of_its_own_and_leaves_no_half_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path, a_run())
    archive.add(EXCHANGE)
    size = (tmp_path / "run-1-0001.warc.gz").stat().st_size
    write = io.FileIO.write

    class _FullDisk(io.FileIO):
        def write(self, data: object) -> int:
            if self.tell() > size:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(self, memoryview(data)[:100])  # type: ignore[arg-type]

    assert archive._file is not None
    archive._file.close()
    archive._file = _FullDisk(tmp_path / "run-1-0001.warc.gz", "ab")
    with pytest.raises(ArchiveUnwritable, match=r"run-1-0001\.warc\.gz: No space left on device; .* make room"):
        archive.add(EXCHANGE)
    archive.close()
    assert (tmp_path / "run-1-0001.warc.gz").stat().st_size == size


def test_a_folder_that_cannot_be_made_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveUnwritable):
        Archive(tmp_path / "file", a_run()).add(EXCHANGE)


@pytest.mark.parametrize("behaviour", [Behaviour.PLAIN, Behaviour.CHUNKED])
def test_the_client_keeps_pages_in_their_own_encoding(server: NewsServer, tmp_path: Path, behaviour: Behaviour) -> None:
    wire = gzip.compress(STORY)
    url = "http://paper.example/story"
    server.add(url, body=wire, headers={"Content-Encoding": "gzip"}, behaviour=behaviour)
    with Archive(tmp_path, a_run()) as archive:
        answer = fetch(page_request(url), environment=server.environment, archive=archive)
    raw_ref = answer.fetches[0].raw_ref
    assert raw_ref is not None
    (_, _, block), (_, _, request) = records(tmp_path, raw_ref)
    head, _, body = block.partition(b"\r\n\r\n")
    assert body == wire
    assert b"\r\nContent-Encoding: gzip" in head
    assert b"\r\nTransfer-Encoding" not in head
    assert request.startswith(b"GET /story HTTP/1.1\r\nHost: paper.example\r\n")


def test_of_a_redirect_the_head_is_kept_and_of_an_error_its_page_too(server: NewsServer, tmp_path: Path) -> None:
    server.redirect("http://paper.example/old", "http://paper.example/missing", status=301)
    server.add("http://paper.example/other")
    with Archive(tmp_path, a_run()) as archive:
        answer = fetch(page_request("http://paper.example/old"), environment=server.environment, archive=archive)
    kept = [records(tmp_path, fetch.raw_ref or "")[0] for fetch in answer.fetches]
    assert [block.split(b"\r\n")[0] for _, _, block in kept] == [b"HTTP/1.1 301 Status", b"HTTP/1.1 404 Status"]
    assert [about.get("WARC-Truncated") for _, about, _ in kept] == ["unspecified", None]
    assert kept[1][2].endswith(b"\r\n\r\n<p>nothing here</p>")
    assert (answer.body, answer.fetches[1].bytes) == (b"", 19)


def test_feeds_are_not_archived(server: NewsServer, tmp_path: Path) -> None:
    server.add("http://paper.example/feed", body=STORY)
    with Archive(tmp_path / "archive", a_run()) as archive:
        answer = fetch(feed_request("http://paper.example/feed"), environment=server.environment, archive=archive)
    assert answer.fetches[0].raw_ref is None
    assert not (tmp_path / "archive").exists()


def test_the_client_does_not_swallow_a_full_disk(server: NewsServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    server.add("http://paper.example/story", body=STORY)
    with pytest.raises(ArchiveUnwritable):
        fetch(
            page_request("http://paper.example/story"),
            environment=server.environment,
            archive=Archive(tmp_path / "file", a_run()),
        )
