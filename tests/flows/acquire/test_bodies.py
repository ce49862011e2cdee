from __future__ import annotations

import gzip
import os
import random
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.acquire.bodies import BadBodyError, BodyReader, BodyTooLargeError

MANY = 10_000_000
TEXT = b"<p>Nothing is lost, nothing is doubled.</p>" * 40


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


ENCODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "gzip, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "": bytes,
    "identity": bytes,
    "utf-8": bytes,
    "GZIP": gzip.compress,
}


def read(encoding: str, wire: bytes, *, max_bytes: int = MANY, piece: int = 1 << 16) -> bytes:
    reader = BodyReader(encoding, max_bytes=max_bytes)
    for at in range(0, len(wire), piece):
        reader.feed(wire[at : at + piece])
    return reader.finish()


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(data=st.binary(max_size=300), piece=st.integers(1, 40))
def test_what_was_encoded_comes_back_however_it_is_cut_into_pieces(encoding: str, data: bytes, piece: int) -> None:
    assert read(encoding, ENCODINGS[encoding](data), piece=piece) == data


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        pytest.param("deflate", raw_deflate(TEXT), id="raw-deflate"),
        pytest.param("gzip", gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:]), id="two-members"),
        pytest.param("gzip", gzip.compress(TEXT) + bytes(20), id="padding-after-the-end"),
        pytest.param("gzip", TEXT, id="plain-called-gzip"),
        pytest.param("gzip", b"\r\n\r\n" + TEXT, id="plain-with-leading-lines-called-gzip"),
        pytest.param("br", TEXT, id="plain-called-br"),
        pytest.param("deflate", TEXT, id="plain-called-deflate"),
    ],
)
def test_common_faults_of_servers_are_read_all_the_same(encoding: str, wire: bytes) -> None:
    assert read(encoding, wire).strip() == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_cut_stream_is_a_bad_body(encoding: str) -> None:
    wire = ENCODINGS[encoding](os.urandom(5000))
    with pytest.raises(BadBodyError, match="ends before"):
        read(encoding, wire[:-20])


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_garbage_is_a_bad_body(encoding: str) -> None:
    with pytest.raises(BadBodyError):
        read(encoding, b"\xff\xfe\xfd\xfc" * 100)


def test_damage_after_good_bytes_is_a_bad_body_even_when_it_looks_like_text() -> None:
    wire = brotli.compress(random.Random(1).randbytes(50_000).hex().encode())
    assert wire.startswith(b"[")  # as a JSON text would
    with pytest.raises(BadBodyError, match="cannot be decoded"):
        read("br", wire[:30_000] + b"\xff" * 40_000, piece=1000)


def test_an_encoding_that_was_not_offered_is_a_bad_body() -> None:
    with pytest.raises(BadBodyError, match="zstd"):
        BodyReader("zstd", max_bytes=MANY)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", ""])
def test_the_cap_is_exact(encoding: str) -> None:
    data = os.urandom(10_000)
    wire = ENCODINGS[encoding](data)
    cap = max(len(data), len(wire))
    assert read(encoding, wire, max_bytes=cap, piece=100) == data
    with pytest.raises(BodyTooLargeError, match=r"larger than|inflates to more than"):
        read(encoding, wire, max_bytes=len(data) - 1, piece=100)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_bombs_are_stopped_whatever_their_encoding(encoding: str) -> None:
    with pytest.raises((BodyTooLargeError, BadBodyError)):
        read(encoding, ENCODINGS[encoding](bytes(30_000_000)))


def test_a_small_page_may_inflate_a_lot() -> None:
    data = bytes(1_000_000)
    wire = gzip.compress(data)
    assert len(data) > 100 * len(wire)
    assert read("gzip", wire) == data


def test_the_wire_bytes_are_kept_as_they_came() -> None:
    wire = gzip.compress(TEXT)
    reader = BodyReader("gzip", max_bytes=MANY)
    reader.feed(wire[:7])
    reader.feed(wire[7:])
    assert (reader.wire, reader.wire_size, reader.finish()) == (wire, len(wire), TEXT)
