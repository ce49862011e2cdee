"""Reading WARC files (ISO 28500), whole ones and damaged ones: what can be read is, and what cannot is told."""

from __future__ import annotations

import io
import mmap
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator

from flows.acquire.archive import SOFTWARE
from transforms.errors import InputError

KINDS = ("warcinfo", "response", "metadata")
MOST_BYTES = 64 * 1024 * 1024
"""Longer blocks are passed over: no page is as long, and a header may claim anything."""
_WINDOW = 256 * 1024
_GZIP_MEMBER = b"\x1f\x8b\x08"
_RECORD = re.compile(rb"WARC/[01]\.\d+[ \t]*\r?\n[A-Za-z-]+:")
"""How a record begins: at a line of its own, or in the middle of one where the record before was cut off."""
_HEAD = re.compile(rb"WARC/[01]\..{,65536}?\n\r?\n", re.DOTALL)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_BLANK_LINES = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """One record: its kind ("warcinfo", "response" or "metadata"), what names it, and its block.

    `block` is as it stands in the file: for a response the HTTP head and body.  `at` is aware UTC.  `is_cut` says that
    the answer's body was not read to its end when the record was made.
    """

    kind: str
    record_id: str
    url: str
    at: datetime
    content_type: str
    block: bytes
    offset: int
    is_cut: bool = False


def read_records(path: Path, problem: Callable[[str], None]) -> Iterator[WarcRecord]:
    """The records of a file, in order.  `problem` gets a sentence where it is damaged, and reading goes on after that.

    Raises InputError when the file cannot be opened, or holds no WARC record at all.
    """
    is_warc = False
    try:
        with path.open("rb") as file:
            parts = _members if _is_gzipped(file) else _plain_records
            for offset, part in parts(file, path, problem):
                for raw in _raw_records(part, offset, path, problem):
                    is_warc = True
                    if (record := _record(raw, offset, path, problem)) is not None:
                        yield record
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not is_warc:
        raise InputError(f"{path} holds no WARC record; it is another kind of file, or empty.")


def record_at(path: Path, offset: int) -> WarcRecord:
    """The record at a place in a file.  Raises InputError when there is none that can be read."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            raw = next(iter(ArchiveIterator(file, parse_http=False)), None)
            told: list[str] = []
            record = None if raw is None else _record(raw, offset, path, told.append)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read at byte {offset}: {error}.") from error
    if record is None:
        raise InputError(told[0] if told else f"{path} has no record of ours at byte {offset}.")
    return record


def is_own_archive(record: WarcRecord) -> bool:
    """Whether a warcinfo record says that newsledger wrote the file."""
    return record.kind == "warcinfo" and f"software: {SOFTWARE}/".encode() in record.block


def _record(raw: Any, offset: int, path: Path, problem: Callable[[str], None]) -> WarcRecord | None:
    kind = str(raw.record_type)
    if kind not in KINDS:
        return None
    length = int(raw.headers.get("Content-Length", "-1"))
    if not 0 <= length <= MOST_BYTES:
        problem(f"{path}: the record at byte {offset} says that it is {length} bytes long; it is passed over.")
        return None
    block = raw.reader.read()
    if len(block) < length:
        problem(f"{path}: the record at byte {offset} is cut off; it is passed over.")
        return None
    at = raw.record_date
    return WarcRecord(
        kind=kind,
        record_id=raw.record_id or "",
        url=(raw.headers.get("WARC-Target-URI") or "").strip("<>"),
        at=at.astimezone(UTC) if at is not None else datetime.fromtimestamp(0, UTC),
        content_type=raw.headers.get("Content-Type") or "",
        block=block,
        offset=offset,
        is_cut="WARC-Truncated" in raw.headers,
    )


def _raw_records(part: Any, offset: int, path: Path, problem: Callable[[str], None]) -> Iterator[Any]:
    try:
        yield from ArchiveIterator(part, parse_http=False)
    except (OSError, ValueError) as error:
        problem(f"{path}: no WARC record can be read at byte {offset} ({error}).")


def _is_gzipped(file: BinaryIO) -> bool:
    start = file.read(len(_GZIP_MEMBER))
    file.seek(0)
    return start == _GZIP_MEMBER


def _members(file: BinaryIO, path: Path, problem: Callable[[str], None]) -> Iterator[tuple[int, BinaryIO]]:
    """The members of a gzip file, a record each as a rule: where each begins, and what it inflates to.

    A damaged member costs itself: the next one is looked for behind its beginning.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        offset = 0
        while 0 <= offset < len(content):
            member, end, trouble = _inflated(content, offset)
            if trouble is None and len(member) > MOST_BYTES:
                trouble = f"inflates to more than {MOST_BYTES} bytes"
            if trouble is None:
                yield offset, io.BytesIO(member)
                offset = end
                continue
            problem(f"{path}: the record at byte {offset} {trouble}; it is passed over.")
            offset = content.find(_GZIP_MEMBER, offset + 1)


def _plain_records(file: BinaryIO, path: Path, problem: Callable[[str], None]) -> Iterator[tuple[int, BinaryIO]]:
    """The records of a file that is not compressed: where each begins, and its bytes.

    A damaged record costs itself: the next one is looked for behind its beginning.
    """
    if not file.seek(0, io.SEEK_END):
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        offset = _behind_blank_lines(content, 0)
        while offset < len(content):
            block, end = _extent(content, offset)
            behind = min(_behind_blank_lines(content, end), len(content))
            trouble = None
            if not block:
                trouble = "has no header that can be read"
            elif end > len(content):
                trouble = "is cut off"
            elif behind == end < len(content) and not _RECORD.match(content, end):
                trouble = "does not end where its Content-Length says"
            elif end - block > MOST_BYTES:
                problem(f"{path}: the record at byte {offset} is {end - block} bytes long; it is passed over.")
            else:
                yield offset, io.BytesIO(content[offset:behind])
            if trouble is None:
                offset = behind
                continue
            problem(f"{path}: the record at byte {offset} {trouble}; it is passed over.")
            following = _RECORD.search(content, offset + 1)
            offset = following.start() if following else len(content)


def _extent(content: mmap.mmap, offset: int) -> tuple[int, int]:
    """Where the block of the record at `offset` begins and ends by its header; twice 0 when that cannot be read."""
    head = _HEAD.match(content, offset)
    length = _LENGTH.search(head[0]) if head else None
    return (head.end(), head.end() + int(length[1])) if head and length else (0, 0)


def _behind_blank_lines(content: mmap.mmap, offset: int) -> int:
    blank = _BLANK_LINES.match(content, offset)
    return blank.end() if blank else offset


def _inflated(content: mmap.mmap, offset: int) -> tuple[bytes, int, str | None]:
    """One member inflated, up to a little more than `MOST_BYTES`; where it ends; what is wrong with it, if anything."""
    stream = zlib.decompressobj(wbits=31)
    pieces: list[bytes] = []
    length, place = 0, offset
    try:
        while not stream.eof and place < len(content) and length <= MOST_BYTES:
            window = content[place : place + _WINDOW]
            place += len(window)
            pieces.append(stream.decompress(window, MOST_BYTES + 1))
            length += len(pieces[-1])
    except zlib.error:
        return b"", offset, "is damaged"
    if not stream.eof and length <= MOST_BYTES:
        return b"", offset, "is cut off"
    return b"".join(pieces), place - len(stream.unused_data), None
