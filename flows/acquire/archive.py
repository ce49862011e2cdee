"""The raw archive: page answers as they came, in WARC files (ISO 28500, version 1.1).

Bodies are kept in the content encoding in which they came, so that keeping them costs little and nothing is lost.
Each run writes files of its own, one gzip member per record, readable by any WARC tool at any offset.  Beside the
answers stands the context of each page (`flows.acquire.contexts`), so that the archive alone gives the articles again.
"""

from __future__ import annotations

import io
import json
import os
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from flows.acquire.contexts import PageContext, context_as_json
from transforms.errors import ArchiveUnwritable
from transforms.records import Run

SOFTWARE = "newsledger"
"""How the warcinfo record of our own files begins to name what wrote them."""
CONTEXT_TYPE = "application/json; profile=newsledger-page"
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

    `fetch_id` is the request's (32 hexadecimal digits): the record of the answer is named by it.  `target` is the path
    and query of the request line, `at` aware UTC, `wire_body` the body with its content encoding and without its
    transfer encoding, None where it was not read.
    """

    fetch_id: str
    url: str
    target: str
    at: datetime
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    response_headers: tuple[tuple[str, bytes], ...]
    wire_body: bytes | None


class Archive:
    """A folder of WARC files and the file this run is writing; safe to use from several threads.

    Files are named after the run and numbered; a file that exists is never written to again.
    """

    def __init__(self, folder: Path, run: Run, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._folder = folder
        self._run = run
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
        response_id, request_id = record_id_of(exchange.fetch_id), record_id_of(uuid.uuid4().hex)
        is_compressed = any(name.lower() == "content-encoding" for name, _ in exchange.response_headers)
        about = {"WARC-Target-URI": exchange.url}
        response = _record(
            WarcRecordType.response,
            about
            | {"WARC-Record-ID": response_id, "WARC-Concurrent-To": request_id}
            | ({"WARC-Truncated": "unspecified"} if exchange.wire_body is None else {}),
            exchange.at,
            "application/http; msgtype=response",
            _response_head(exchange) + (exchange.wire_body or b""),
            level=_STORED if is_compressed else _FAST,
        )
        request = _record(
            WarcRecordType.request,
            about | {"WARC-Record-ID": request_id, "WARC-Concurrent-To": response_id},
            exchange.at,
            "application/http; msgtype=request",
            _request_head(exchange),
            level=_FAST,
        )
        return self._add(response + request)

    def add_context(self, context: PageContext) -> None:
        """Writes what the run knew and decided of a page, as a metadata record.  Raises ArchiveUnwritable."""
        self._add(
            _record(
                WarcRecordType.metadata,
                {"WARC-Target-URI": context.result.url, "WARC-Record-ID": record_id_of(uuid.uuid4().hex)},
                context.result.at,
                CONTEXT_TYPE,
                context_as_json(context),
                level=_FAST,
            )
        )

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

    def _add(self, records: bytes) -> str:
        with self._lock:
            try:
                return self._append(records)
            except OSError as error:
                raise self._unwritable(error) from error

    def _append(self, records: bytes) -> str:
        if self._file is None or self._size >= self._chunk_bytes:
            self._end_file()
            self._file = self._next_file()
            self._size = 0
            records_before = _warcinfo(self._name, self._run)
            _write_whole(self._file, records_before)
            self._size = len(records_before)
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
            self._name = f"{self._run.run_id}-{self._number:04}.warc.gz"
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


def record_id_of(fetch_id: str) -> str:
    """The WARC-Record-ID of the answer to a request."""
    return f"<urn:uuid:{uuid.UUID(hex=fetch_id)}>"


def _write_whole(file: io.FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _warcinfo(name: str, run: Run) -> bytes:
    """What opens a file: who wrote it, and the run that it is of."""
    lines = (
        f"software: {SOFTWARE}/{run.code_version}",
        "format: WARC File Format 1.1",
        f"newsledger-run: {json.dumps({'run_id': run.run_id, 'trigger': run.trigger})}",
    )
    return _record(
        WarcRecordType.warcinfo,
        {"WARC-Record-ID": record_id_of(uuid.uuid4().hex), "WARC-Filename": name},
        run.started_at,
        "application/warc-fields",
        "".join(f"{line}\r\n" for line in lines).encode(),
        level=_FAST,
    )


def _record(
    kind: WarcRecordType, about: Mapping[str, str], at: datetime, content_type: str, block: bytes, *, level: int
) -> bytes:
    """One gzip member."""
    record = WarcRecord()
    record.init_headers(kind)
    for name, value in about.items():
        record.headers[name] = value
    record.headers["WARC-Date"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    record.headers["Content-Type"] = content_type
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
