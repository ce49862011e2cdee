"""The raw archive: page answers as they came, in WARC files (ISO 28500, version 1.1).

Bodies are kept in the content encoding in which they came, so that keeping them costs little and nothing is lost.
Each run writes files of its own, one gzip member per record, readable by any WARC tool at any offset.
"""

from __future__ import annotations

import io
import os
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from transforms.errors import ArchiveUnwritable

CHUNK_BYTES = 256 * 1024 * 1024
"""A file that has reached this size is closed, and the next one begun."""
_STORED, _FAST = 0, 1  # levels of zlib; a body that came compressed would take time again and become no smaller

# aiohttp has undone chunking: the header would no longer describe the bytes that follow it.
_UNDONE = "transfer-encoding"
_KEPT_AS = "X-Crawler-Transfer-Encoding"
# What must not be read in an archive that may be handed on.
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer.

    `target` is the path and query of the request line, `at` aware UTC, `wire_body` the body with its content encoding
    and without its transfer encoding.
    """

    url: str
    target: str
    at: datetime
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    response_headers: tuple[tuple[str, bytes], ...]
    wire_body: bytes


class Archive:
    """A folder of WARC files and the file this run is writing; safe to use from several threads.

    Files are named after the run and numbered; a file that exists is never written to again.
    """

    def __init__(self, folder: Path, run_id: str, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._folder = folder
        self._run_id = run_id
        self._chunk_bytes = chunk_bytes
        self._lock = threading.Lock()
        self._file: io.FileIO | None = None
        self._name = ""
        self._number = 0
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def add(self, exchange: Exchange) -> str:
        """Writes the response and its request; returns the response's place, "file#offset" within the folder.

        It is safe on disk after the next `sync`.  Raises ArchiveUnwritable.
        """
        response_id, request_id = _record_id(), _record_id()
        is_compressed = any(name.lower() == "content-encoding" for name, _ in exchange.response_headers)
        response = _record(
            exchange,
            WarcRecordType.response,
            (response_id, request_id),
            _response_head(exchange) + exchange.wire_body,
            level=_STORED if is_compressed else _FAST,
        )
        request = _record(
            exchange, WarcRecordType.request, (request_id, response_id), _request_head(exchange), level=_FAST
        )
        with self._lock:
            try:
                return self._append(response + request)
            except OSError as error:
                raise self._unwritable(error) from error

    def sync(self) -> None:
        """Everything added so far is on disk when this returns.  Raises ArchiveUnwritable."""
        with self._lock:
            try:
                if self._file is not None:
                    os.fsync(self._file.fileno())
            except OSError as error:
                raise self._unwritable(error) from error

    def close(self) -> None:
        """Syncs and closes the file at hand.  Raises ArchiveUnwritable."""
        with self._lock:
            try:
                self._end_file()
            except OSError as error:
                raise self._unwritable(error) from error

    def _append(self, records: bytes) -> str:
        if self._file is None or self._size >= self._chunk_bytes:
            self._end_file()
            self._file = self._next_file()
            self._size = 0
        try:
            _write_whole(self._file, records)
        except OSError:
            self._file.truncate(self._size)  # no half record stays behind
            raise
        place = f"{self._name}#{self._size}"
        self._size += len(records)
        return place

    def _next_file(self) -> io.FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._number += 1
            self._name = f"{self._run_id}-{self._number:04}.warc.gz"
            try:
                return io.FileIO(self._folder / self._name, "xb")
            except FileExistsError:
                continue  # an earlier process of the same run wrote it

    def _end_file(self) -> None:
        ending, self._file = self._file, None
        if ending is not None:
            with ending:
                os.fsync(ending.fileno())

    def _unwritable(self, error: OSError) -> ArchiveUnwritable:
        return ArchiveUnwritable(
            f"the raw archive cannot be written: {self._folder / self._name}: {error.strerror or error}; "
            "what was staged before is safe; make room or correct the permissions and run again"
        )


def _record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _write_whole(file: io.FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _record(exchange: Exchange, kind: WarcRecordType, ids: tuple[str, str], block: bytes, *, level: int) -> bytes:
    """One gzip member; `ids` are the record's own and the other's that belongs to it."""
    record = WarcRecord()
    record.init_headers(kind)
    headers = record.headers
    headers["WARC-Record-ID"], headers["WARC-Concurrent-To"] = ids
    headers["WARC-Date"] = exchange.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    headers["WARC-Target-URI"] = exchange.url
    headers["Content-Type"] = f"application/http; msgtype={kind!s}"
    record.set_bytes_content(block)
    out = io.BytesIO()
    writer = GzipWriter(out, compression_level=level)
    record.write(writer)
    writer.finish()
    return out.getvalue()


def _response_head(exchange: Exchange) -> bytes:
    lines = [f"HTTP/1.1 {exchange.status} {exchange.reason}".encode("utf-8", "surrogateescape")]
    for name, value in exchange.response_headers:
        lines.append((_KEPT_AS if name.lower() == _UNDONE else name).encode() + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _request_head(exchange: Exchange) -> bytes:
    lines = [f"GET {exchange.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in exchange.request_headers if name.lower() not in _SECRET]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
