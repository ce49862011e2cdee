"""From the bytes of a feed document to its text: inflated, decoded, and rid of what XML cannot hold."""

from __future__ import annotations

import codecs
import html.entities
import re
import zlib

from transforms.errors import MalformedFeed

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
"""After inflating.  The largest real feeds have about 10 MB; what is larger is an archive, or an attack."""

_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([A-Za-z]{2})|xml:lang\s*=\s*[\"']([A-Za-z]{2})", re.IGNORECASE)
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"{\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
"""First bytes that settle the encoding; the last five are a document's first characters without a mark (the very last
is "<?xml" in EBCDIC, see XML 1.0, appendix F)."""

_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What publishers who name an encoding really send (WHATWG Encoding standard, 4.2), by Python's codec names."""

_NEVER_BY_LABEL = frozenset(
    {
        "utf-16",
        "utf-16-be",
        "utf-16-le",
        "utf-32",
        "utf-32-be",
        "utf-32-le",
        "utf-7",
        "idna",
        "punycode",
        "unicode-escape",
        "raw-unicode-escape",
        "undefined",
    }
)
"""Codecs that a label alone is not believed: the first bytes tell UTF-16 and UTF-32, and no feed is in the others, some
of which are slow on purpose-made input."""

_SERVER_DEFAULTS = frozenset({"cp1252", "utf-8"})
"""What servers send for files of which they know nothing: weaker evidence than the document's own word."""

_ALPHABETS = {
    "bg": "cp1251",
    "be": "cp1251",
    "mk": "cp1251",
    "ru": "cp1251",
    "sr": "cp1251",
    "uk": "cp1251",
    "el": "cp1253",
    "he": "cp1255",
    "ar": "cp1256",
    "fa": "cp1256",
    "ur": "cp1256",
    "th": "cp874",
    "zh": "gb18030",
    "ja": "cp932",
    "ko": "cp949",
    "cs": "cp1250",
    "hu": "cp1250",
    "pl": "cp1250",
    "tr": "cp1254",
}
"""Language of a feed → the encoding its texts had before UTF-8, for feeds that name a wrong one or none."""

_TOLERATED_DAMAGE = 0.05
"""Share of the non-ASCII characters that may be unreadable in a text that is still taken for its encoding."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMERIC_REFERENCE = re.compile(r"&#(?:([0-9]{1,8})|[xX]([0-9A-Fa-f]{1,7}));")
_NAMED_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,8});")
_UNSAFE_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]+)\s+(?:SYSTEM|PUBLIC|\"[^\"]*&|'[^']*&)")
_DECLARATIONS = re.compile(r"(?:\s|<\?[^>]*>|<!--.*?-->)*<!DOCTYPE\b([^>]*?\[.*?\]\s*>)", re.DOTALL | re.IGNORECASE)
"""The declarations of the prolog; what stands in an entry's text is about declarations, and is none."""
_ENTITY_REFERENCE = re.compile(r"&([\w.-]{1,100});")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,7}|[A-Za-z_][\w.-]{0,40});)")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def inflated(body: bytes) -> tuple[bytes, bool]:
    """Undo gzip that no header announced; also tell whether the body ended early.

    Raises MalformedFeed for a body that is, or becomes, larger than `MAX_DOCUMENT_BYTES`.
    """
    is_complete = True
    if body[:2] == b"\x1f\x8b":
        inflater = zlib.decompressobj(wbits=31)
        try:
            body = inflater.decompress(body, MAX_DOCUMENT_BYTES + 1)
        except zlib.error as error:
            raise MalformedFeed(
                f"the body begins like gzip and cannot be inflated ({error}); it is asked for again"
            ) from error
        is_complete = inflater.eof
    if len(body) > MAX_DOCUMENT_BYTES:
        raise MalformedFeed(
            f"the document is larger than {MAX_DOCUMENT_BYTES // 1024**2} MB; use a shorter feed of this publisher"
        )
    return body, is_complete


def decoded(body: bytes, content_type: str | None) -> str:
    """Decode a document whose labels may lie.

    In this order: a byte order mark; UTF-8, whenever the bytes are valid UTF-8, since text in any other encoding
    hardly ever is; then the charset of the Content-Type header and the XML declaration, the declaration first where
    the header may be the server's default (RFC 7303, 3.2 would have the header rule, and real feeds with a header of
    iso-8859-1 are UTF-8 by declaration and bytes); at last what the feed's language used to be written in.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    if b"\x1b" not in body:  # ISO-2022-JP is ASCII with escapes, and so valid UTF-8
        text, damage = _attempt(body, "utf-8")
        if damage <= _TOLERATED_DAMAGE:
            return text
    for encoding in _labels(body, content_type):
        text, damage = _attempt(body, encoding)
        if damage <= _TOLERATED_DAMAGE:
            return text
    text, damage = _attempt(body, "utf-8")
    return text if damage < 0.5 else body.decode(_guess(body), "replace")


def mended(text: str) -> str:
    """Mend what makes most broken feeds ill-formed: forbidden characters, HTML's named references, bare ampersands.

    A text without these comes back as it is; what CDATA sections hold keeps its ampersands.
    """
    text = _FORBIDDEN.sub("", text)
    if "&" not in text:
        return text
    text = _NUMERIC_REFERENCE.sub(lambda reference: _legal_reference(reference, ""), text)
    # Taking one out may have put another together; that one is not taken out again, or there would be no end to it.
    text = _NUMERIC_REFERENCE.sub(lambda reference: _legal_reference(reference, "\ufffd"), text)
    text = _without_unsafe_entities(text)
    kept = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        kept += [_mended_references(text[at:start]), text[start:end]]
        at = end
    kept.append(_mended_references(text[at:]))
    return "".join(kept)


def _without_unsafe_entities(text: str) -> str:
    """Drop references to entities that are declared as files or made of other entities; nobody resolves them."""
    declared = _DECLARATIONS.match(text)
    unsafe = frozenset(_UNSAFE_ENTITY.findall(declared[1])) if declared else ()
    if not unsafe:
        return text
    return _ENTITY_REFERENCE.sub(lambda reference: "" if reference[1] in unsafe else reference[0], text)


def _mended_references(text: str) -> str:
    text = _NAMED_REFERENCE.sub(_named_character, text)
    return _BARE_AMPERSAND.sub("&amp;", text)


def _labels(body: bytes, content_type: str | None) -> list[str]:
    header = _HEADER_CHARSET.search(content_type or "")
    declaration = _XML_ENCODING.search(body[:1024])
    by_header = _codec(header[1]) if header else None
    by_document = _codec(declaration[1].decode("ascii")) if declaration else None
    labels = [by_document, by_header] if by_header in _SERVER_DEFAULTS else [by_header, by_document]
    return [label for label in labels if label is not None]


def _codec(name: str) -> str | None:
    try:
        canonical = codecs.lookup(name).name
        b" ".decode(canonical)
    except (LookupError, ValueError):  # unknown, or one of Python's codecs that are no text encoding
        return None
    return None if canonical in _NEVER_BY_LABEL else _SUPERSETS.get(canonical, canonical)


def _attempt(body: bytes, encoding: str) -> tuple[str, float]:
    """Decode; also return which share of the characters beyond ASCII could not be read."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(body)  # not final: a character cut off by the end is no damage
    unreadable = text.count("\ufffd") - body.count("\ufffd".encode())
    if unreadable <= 0:
        return text, 0.0
    return text, unreadable / sum(not character.isascii() for character in text)


def _guess(body: bytes) -> str:
    language = _LANGUAGE.search(body)
    if language and (known := _ALPHABETS.get((language[1] or language[2]).decode("ascii").lower())):
        return known
    # Letters beyond ASCII stand alone in Latin script ("é"), and make whole words in Cyrillic.
    runs = _HIGH_BYTES.findall(body)
    return "cp1251" if sum(map(len, runs)) >= 3 * len(runs) else "cp1252"


def _legal_reference(reference: re.Match[str], instead: str) -> str:
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    return instead if code > 0x10FFFF or _FORBIDDEN.match(chr(code)) else reference[0]


def _named_character(reference: re.Match[str]) -> str:
    code = html.entities.name2codepoint.get(reference[1])
    return reference[0] if code is None or reference[1] in _XML_NAMES else chr(code)
