"""Takedown in the raw archive: records of what must not be kept give way to fillers of the same length.

Other records keep their offsets (`fetches.raw_ref`), and the files stay readable from start to end by any WARC tool.
A file is replaced whole: it is either as it was or as it is to be.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from transforms.errors import ArchiveUnwritable

_DRAFT = ".takedown"
_PIECE = 64 * 1024
_HEAD_BYTES = 64 * 1024
"""Bytes of a record in which its headers end; those that we write take some hundred."""

_GZIP = b"\x1f\x8b\x08"
_HAS_COMMENT = b"\x10"
_REMOVED = "x-newsledger-removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """One gzip member: its place in the file, and its record's headers, their names in lower case.

    `is_filler` says that it stands for a record that was removed.
    """

    offset: int
    length: int
    headers: dict[str, str]
    is_filler: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTakedown:
    """What was removed: records, files that held them, and a sentence for each stretch that cannot be read."""

    records: int
    files: int
    problems: tuple[str, ...]


def remove_records(
    folder: Path, *, is_forgotten: Callable[[str], bool], raw_refs: frozenset[str], at: datetime
) -> ArchiveTakedown:
    """Remove the records of forgotten addresses (WARC-Target-URI), and those at `raw_refs`, from all files of `folder`.

    Removing again changes nothing.  Raises ArchiveUnwritable.
    """
    removed = touched = 0
    problems: list[str] = []
    try:
        for leftover in folder.glob(f".*{_DRAFT}"):
            leftover.unlink()
        for path in sorted(folder.glob("*.warc.gz")):
            members = list(_members(path))
            problems += [
                f"{path} cannot be read from byte {member.offset} on for {member.length} bytes; they stay as they are."
                for member in members
                if not member.headers and not member.is_filler
            ]
            doomed = [
                member
                for member in members
                if not member.is_filler
                and (
                    f"{path.name}#{member.offset}" in raw_refs
                    or is_forgotten(member.headers.get("warc-target-uri", ""))
                )
            ]
            if doomed:
                _replace(path, doomed, at)
                removed, touched = removed + len(doomed), touched + 1
    except OSError as error:
        raise ArchiveUnwritable(
            f"The raw archive {folder} still holds what is to be forgotten: {error.strerror or error}. "
            "Make room or mend the permissions, and run the command again."
        ) from error
    return ArchiveTakedown(records=removed, files=touched, problems=tuple(problems))


def _members(path: Path) -> Iterator[_Member]:
    """The members of a file, without a gap: a stretch that cannot be read belongs to the member where it began."""
    size = path.stat().st_size
    with path.open("rb") as file:
        offset = 0
        while offset < size:
            head, end = _inflate(file, offset)
            headers = _headers(head)
            is_filler = _REMOVED in headers or (end is not None and not head.strip())
            if end is None:
                end = _next_member(file, offset + 1, size)
            yield _Member(offset=offset, length=end - offset, headers=headers, is_filler=is_filler)
            offset = end


def _inflate(file: BinaryIO, offset: int) -> tuple[bytes, int | None]:
    """The first bytes of the member at `offset`, and where it ends; None where it is damaged or cut off."""
    inflater = zlib.decompressobj(wbits=31)
    head = b""
    file.seek(offset)
    while piece := file.read(_PIECE):
        try:
            head += inflater.decompress(piece)[: _HEAD_BYTES - len(head)]
        except zlib.error:
            return head, None
        if inflater.eof:
            return head, file.tell() - len(inflater.unused_data)
    return head, None


def _next_member(file: BinaryIO, offset: int, size: int) -> int:
    """Where the next member that holds a WARC record begins; the end of the file when none does."""
    file.seek(offset)
    rest = file.read()  # at most a chunk of the archive, and only where a file is damaged
    at = rest.find(_GZIP)
    while at >= 0:
        try:
            if zlib.decompressobj(wbits=31).decompress(rest[at : at + _HEAD_BYTES], 5) == b"WARC/":
                return offset + at
        except zlib.error:
            pass
        at = rest.find(_GZIP, at + 1)
    return size


def _headers(record: bytes) -> dict[str, str]:
    if not record.startswith(b"WARC/"):
        return {}
    lines = record.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
    named = (line.partition(":") for line in lines[1:])
    return {name.strip().lower(): value.strip().strip("<>") for name, _, value in named}


def _replace(path: Path, doomed: list[_Member], at: datetime) -> None:
    draft = path.with_name(f".{path.name}{_DRAFT}")
    with path.open("rb") as old, draft.open("wb") as new:
        for member in doomed:
            _copy(old, new, member.offset - old.tell())
            new.write(_filler(member, at))
            old.seek(member.length, os.SEEK_CUR)
        _copy(old, new, path.stat().st_size - old.tell())
        new.flush()
        os.fsync(new.fileno())
    draft.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(old: BinaryIO, new: BinaryIO, count: int) -> None:
    while count:
        piece = old.read(min(count, _PIECE))
        new.write(piece)
        count -= len(piece)


def _filler(member: _Member, at: datetime) -> bytes:
    """A member of the same length: a record that says that it was removed, else an empty line, which readers skip."""
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {
        "WARC-Type": "metadata",
        "WARC-Record-ID": f"<{member.headers.get('warc-record-id', 'urn:newsledger:removed')}>",
        "WARC-Date": moment,
        "X-Newsledger-Removed": moment,
        "WARC-Target-URI": member.headers.get("warc-target-uri", ""),
        "Content-Length": "0",
    }
    told = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value) + "\r\n\r\n\r\n"
    for record in (told.encode(), b"\r\n"):
        body = zlib.compress(record, 9, wbits=-15)
        end = zlib.crc32(record).to_bytes(4, "little") + len(record).to_bytes(4, "little")
        missing = member.length - len(_gzip_head(0)) - len(body) - len(end)
        if missing >= 0:
            return _gzip_head(missing) + body + end
    return bytes(member.length)  # a damaged stretch too short for any member


def _gzip_head(padding: int) -> bytes:
    """The ten bytes before a member's data, made longer by a comment of spaces."""
    flags = _HAS_COMMENT if padding else b"\0"
    return _GZIP + flags + bytes(4) + b"\2\xff" + (b" " * (padding - 1) + b"\0" if padding else b"")
