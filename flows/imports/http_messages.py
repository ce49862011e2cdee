"""An HTTP answer as a WARC file has it (RFC 9112): status, headers, and the body with its encodings undone."""

from __future__ import annotations

from dataclasses import dataclass

from multidict import CIMultiDict

from flows.acquire.bodies import BodyReader

_HEAD_ENDS = (b"\r\n\r\n", b"\n\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """Status, headers (names in any case) and decoded body."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


def read_answer(block: bytes, *, max_bytes: int) -> HttpAnswer:
    """Take the block of a response record apart.

    Raises ValueError for what is no HTTP answer, BadBodyError for a body that cannot be decoded, and BodyTooLargeError
    for one of more than `max_bytes` after inflating.
    """
    status, headers = read_head(block)
    body = _parted(block)[1]
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    reader = BodyReader(",".join(headers.getall("content-encoding", ())), max_bytes=max_bytes)
    reader.feed(body)
    return HttpAnswer(status=status, headers=headers, body=reader.finish())


def read_head(block: bytes) -> tuple[int, CIMultiDict[str]]:
    """Status and headers of a response record's block.  Raises ValueError for what is no HTTP answer."""
    lines = _parted(block)[0].replace(b"\r\n", b"\n").split(b"\n")
    first = lines[0].split(None, 2)
    if len(first) < 2 or not first[0].startswith(b"HTTP/") or not first[1].isdigit():
        raise ValueError("the record's block is no HTTP answer")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon and name.strip():
            headers.add(name.strip().decode("latin-1"), _text(value.strip()))
    return int(first[1]), headers


def _parted(block: bytes) -> tuple[bytes, bytes]:
    ends = [(place, len(end)) for end in _HEAD_ENDS if (place := block.find(end)) >= 0]
    if not ends:
        return block, b""
    place, length = min(ends)
    return block[:place], block[place + length :]


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _unchunked(body: bytes) -> bytes:
    """The body without its chunks' sizes; as it is where it turns out to have none, as many archives keep it."""
    pieces: list[bytes] = []
    rest = body
    while rest:
        line, found, rest = rest.partition(b"\r\n")
        try:
            size = int(line.partition(b";")[0].strip() or b"x", 16)
        except ValueError:
            return body if not pieces else b"".join(pieces)
        if not found or size < 0:
            return body if not pieces else b"".join(pieces)
        if size == 0:
            break
        pieces.append(rest[:size])
        rest = rest[size:].removeprefix(b"\r\n")
    return b"".join(pieces)
