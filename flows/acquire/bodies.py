"""Content encodings undone as the bytes arrive, within caps.

A server may send anything under any Content-Encoding: bombs, cut streams, raw deflate, plain text called gzip.  The
caps hold at every moment, so that no body takes more memory than it is allowed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli

ACCEPT_ENCODING = "gzip, deflate, br"
MAX_RATIO = 100
RATIO_FLOOR = 1024 * 1024
"""Bytes that a body may inflate to before its ratio is looked at: a small page of spaces is no bomb."""

_PLAIN_STARTS = (b"<", b"{", b"[", b"\xef\xbb\xbf")
_NEVER_OFFERED = frozenset({"zstd", "compress", "x-compress", "dcb", "dcz"})


class BadBodyError(Exception):
    """The body cannot be decoded, or ends before its encoding does."""


class BodyTooLargeError(Exception):
    """The body goes over a cap: bytes on the wire, bytes after inflating, or the ratio of the two."""


class _Decoder(Protocol):
    def feed(self, data: bytes, limit: int) -> bytes: ...

    @property
    def is_complete(self) -> bool: ...


class _Zlib:
    """gzip (with any number of members) or zlib or raw deflate, by `wbits` as zlib takes it."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._stream = zlib.decompressobj(wbits)

    def feed(self, data: bytes, limit: int) -> bytes:
        """The next bytes; more than `limit` of them is the sign that there would be more."""
        produced: list[bytes] = []
        while data and limit >= 0:
            if self._stream.eof:
                # Servers pad after the last member; only another magic number starts a new one (RFC 1952).
                if not data.startswith(b"\x1f\x8b"):
                    break
                self._stream = zlib.decompressobj(self._wbits)
            part = self._stream.decompress(data, limit + 1)
            limit -= len(part)
            produced.append(part)
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        return b"".join(produced)

    @property
    def is_complete(self) -> bool:
        return self._stream.eof


class _Deflate:
    """HTTP's "deflate": zlib by the standard (RFC 9110 section 8.4.1.2), raw deflate by many servers."""

    def __init__(self) -> None:
        self._inner: _Zlib | None = None
        self._head = b""

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            # The two bytes of a zlib header (RFC 1950 section 2.2): method 8, and a multiple of 31.
            is_zlib = self._head[0] & 0x0F == 8 and int.from_bytes(self._head[:2], "big") % 31 == 0
            self._inner = _Zlib(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
            data = self._head
        return self._inner.feed(data, limit)

    @property
    def is_complete(self) -> bool:
        return self._inner is not None and self._inner.is_complete


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes, limit: int) -> bytes:
        produced = [self._stream.process(data, output_buffer_limit=limit + 1)]
        limit -= len(produced[0])
        while limit >= 0 and not self._stream.can_accept_more_data():
            part = self._stream.process(b"", output_buffer_limit=limit + 1)
            if not part:
                break
            limit -= len(part)
            produced.append(part)
        return b"".join(produced)

    @property
    def is_complete(self) -> bool:
        return bool(self._stream.is_finished())


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(16 + zlib.MAX_WBITS),
    "x-gzip": lambda: _Zlib(16 + zlib.MAX_WBITS),
    "deflate": _Deflate,
    "br": _Brotli,
}


class BodyReader:
    """Takes a body piece by piece.

    `content_encoding` is the header as it came; names that are no encoding ("utf-8", "none") are passed over.
    Raises BadBodyError at once for an encoding that was never offered.
    """

    def __init__(self, content_encoding: str, *, max_bytes: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        unknown = _NEVER_OFFERED.intersection(names)
        if unknown:
            raise BadBodyError(f"the body is encoded with {', '.join(sorted(unknown))}, which was not asked for")
        self._decoders = [_DECODERS[name]() for name in reversed(names) if name in _DECODERS]
        self._max_bytes = max_bytes
        self._wire: list[bytes] = []
        self._inflated: list[bytes] = []
        self._inflated_size = 0
        self.wire_size = 0

    def feed(self, data: bytes) -> None:
        """Takes the next bytes as they came; raises BodyTooLargeError or BadBodyError."""
        self._wire.append(data)
        self.wire_size += len(data)
        if self.wire_size > self._max_bytes:
            raise BodyTooLargeError(f"the body is larger than {self._max_bytes} bytes")
        try:
            part = self._inflate(data)
        except (zlib.error, brotli.error) as error:
            if not self._is_plain_after_all():
                raise BadBodyError(f"the body cannot be decoded: {error}") from error
            self._decoders.clear()
            part = self.wire
        self._inflated.append(part)
        self._inflated_size += len(part)
        self._check_inflated()

    def finish(self) -> bytes:
        """The decoded body; raises BadBodyError when its encoding has not come to an end."""
        if self.wire_size and not all(decoder.is_complete for decoder in self._decoders):
            raise BadBodyError("the body ends before its content encoding does")
        return self.so_far

    @property
    def so_far(self) -> bytes:
        """What came and could be decoded until now."""
        return b"".join(self._inflated)

    @property
    def wire(self) -> bytes:
        """The bytes as they came, encoded."""
        return b"".join(self._wire)

    def _inflate(self, data: bytes) -> bytes:
        for decoder in self._decoders:
            data = decoder.feed(data, self._max_bytes - self._inflated_size)
        return data

    def _is_plain_after_all(self) -> bool:
        # Some servers name an encoding and send the text as it is.
        return self._inflated_size == 0 and self.wire.lstrip().startswith(_PLAIN_STARTS)

    def _check_inflated(self) -> None:
        if self._inflated_size > self._max_bytes:
            raise BodyTooLargeError(f"the body inflates to more than {self._max_bytes} bytes")
        if self._inflated_size > max(RATIO_FLOOR, MAX_RATIO * self.wire_size):
            raise BodyTooLargeError(f"the body inflates to more than {MAX_RATIO} times its size")
