"""From a page's bytes to one lxml tree: which charset, what is no text at all, and a parse that cannot be attacked.

The order follows the WHATWG encoding sniffing algorithm (byte order mark, HTTP header, meta, content) with one
difference: bytes that are valid UTF-8 and use it are UTF-8 whatever is declared.  Legacy text practically never forms
valid UTF-8 sequences, and servers that add a default `charset=iso-8859-1` to UTF-8 pages are common.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.utils import detect_encoding

from transforms.article.habits import mapping

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_WIDER = mapping("charsets", "wider")

_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
"""Codecs of Python that read bytes as text and that no page is in; some are slow on purpose-made input."""

_declared_in_header = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.+-]+)", re.IGNORECASE | re.ASCII)
_declared_in_page = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.+-]+)", re.IGNORECASE
)
_PRESCAN = 8_192
"""Bytes that are searched for a declaration; the standard's 1,024 miss pages that open with scripts."""

_MOST_LOST = 0.001
"""Share of characters that may be unreadable in a declared charset before others are tried."""

_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r") + b"\x7f"

_MAGIC = (
    (b"%PDF-", "a PDF document"), (b"\xff\xd8\xff", "a JPEG picture"), (b"\x89PNG\r\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"), (b"RIFF", "a WebP picture or a sound"), (b"PK\x03\x04", "an archive"),
    (b"\x1f\x8b", "compressed data"), (b"\xd0\xcf\x11\xe0", "an office document"), (b"{\\rtf", "a rich text document"),
    (b"ID3", "a sound"), (b"OggS", "a sound or film"), (b"\x1aE\xdf\xa3", "a film"),
    (b"wOFF", "a font"), (b"wOF2", "a font"),
)  # fmt: skip

_MARKS_OF_WIDE_TEXT = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE, b"<\x00", b"\x00<")
"""First bytes of text with NULs in it; the mark of UTF-32, little-endian, begins with that of UTF-16."""

_BINARY_BYTES = bytes(set(_CONTROLS) - set(b"\f\x1b"))
_MOST_CONTROLS = 0.05
"""Share of control characters in the first KB of a text: pages have none, compressed data has 11 %."""

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_VAGUE_TYPES = ("application/xml", "text/xml", "text/plain", "application/octet-stream", "unknown")
"""Types that servers give to pages they know nothing better about."""

_looks_like_html = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|title|meta|div|p)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A page's characters, the charset they were read with, and the share of them that could not be read."""

    text: str
    charset: str
    lost: float


def foreign_content(body: bytes, content_type: str | None) -> str | None:
    """What the bytes are when they are no HTML page ("a PDF document"), else None.

    Magic bytes count first, then control characters, which text does not have.  A content type other than HTML counts
    only when the content does not look like HTML either, since servers mislabel pages as text or binary.
    """
    start = body[:1024].lstrip()
    if named := next((name for magic, name in _MAGIC if start.startswith(magic)), None):
        return named
    looks_like_html = _looks_like_html.search(body[:_PRESCAN])
    if not body.startswith(_MARKS_OF_WIDE_TEXT):
        controls = 1 - len(start.translate(None, _BINARY_BYTES)) / max(len(start), 1)
        if controls > _MOST_CONTROLS or (b"\x00" in start and not looks_like_html):
            return "binary data"
    if looks_like_html:
        return None
    declared = (content_type or "").partition(";")[0].strip().lower()
    if declared in _VAGUE_TYPES:
        return f"declared as {declared}, and no HTML is in it"
    if declared and declared not in _HTML_TYPES:
        return f"declared as {declared}"
    return "JSON" if start.startswith((b"{", b"[")) else None


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Read a page's bytes as text.  Never raises."""
    readings = _readings(body, content_type)
    best = readings[0]
    for reading in readings:
        if reading.lost < best.lost:
            best = reading
    return best


def _readings(body: bytes, content_type: str | None) -> list[Decoded]:
    """The reading that is certain, or good enough by what is declared; else all that were tried."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return [_read(body[len(mark) :], charset)]
    declared = _declared(body, content_type)
    text = _utf8(body)
    if text is not None and not any(charset.startswith("iso2022") for charset in declared):
        return [_reading(text, "utf-8")]
    tried: list[Decoded] = []
    for charset in [*declared, "utf-8"]:
        reading = _read(body, charset)
        if reading.lost <= _MOST_LOST:
            return [reading]
        tried.append(reading)
    return [*tried, *(_read(body, charset) for charset in detect_encoding(body)[:1]), _read(body, "cp1252")]


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Codec names that header and page declare, in this order, each that Python knows."""
    labels = [match[1] for match in [_declared_in_header.search(content_type or "")] if match]
    labels += [match[1].decode("ascii", "replace") for match in [_declared_in_page.search(body[:_PRESCAN])] if match]
    known: list[str] = []
    for label in labels:
        name = _WIDER.get(label.lower(), label.lower())
        try:
            charset = codecs.lookup(name).name
            b" ".decode(charset)  # a LookupError for codecs of Python that are no charset, such as "hex"
        except (LookupError, ValueError):
            continue
        if charset not in _NO_CHARSETS:
            known.append(charset)
    return known


def _utf8(body: bytes) -> str | None:
    """The text of bytes that are UTF-8, None for others; a page cut off within a character ends before it."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return None


def _read(body: bytes, charset: str) -> Decoded:
    try:
        text = body.decode(charset, "replace")
    except (UnicodeError, LookupError):  # codecs such as idna refuse "replace"
        return Decoded(text="", charset=charset, lost=1.0)
    return _reading(text, charset)


def _reading(text: str, charset: str) -> Decoded:
    return Decoded(text=text, charset=charset, lost=text.count("\ufffd") / max(len(text), 1))


def parse_html(text: str) -> HtmlElement | None:
    """The page's tree, without comments, processing instructions and control characters; None when it has no element.

    No external entity is read and libxml2's limits on depth and size stay on: what is nested deeper than they allow
    is left out.
    """
    source = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    try:
        tree = etree.fromstring(source, parser=_parser())
    except etree.XMLSyntaxError:
        return None
    return tree if isinstance(tree, HtmlElement) else None


def _parser() -> etree.HTMLParser:
    """A parser that makes every element an HtmlElement, which trafilatura asks for, by lxml's lookup in C.

    lxml.html's own parser looks the class up in Python for every element: 6 % of the time of a page.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, no_network=True, huge_tree=False
    )
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser
