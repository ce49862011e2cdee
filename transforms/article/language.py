"""The language an article is written in, as a lower-case ISO 639 code."""

from __future__ import annotations

import re

import py3langid

from transforms.article.evidence import Evidence, Found
from transforms.article.habits import mapping
from transforms.article.structured_data import text_of

_code = re.compile(r"\s*([a-zA-Z]{2,3})(?:[-_][\w-]*)?\s*")
_SYNONYMS = mapping("language", "synonyms")
_ENOUGH_TO_TELL = 200
"""Characters below which a guess from the text is not trusted against what the page declares."""


def find_language(evidence: Evidence, text: str, feed_language: str | None) -> Found[str] | None:
    """The language that the page declares for itself, else the feed's, else a guess from the text."""
    declared = (
        (
            evidence.tree.get("lang")
            or evidence.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
            or evidence.tree.get("xml:lang"),
            "dom",
        ),
        (text_of(evidence.node.get("inLanguage")) if evidence.node is not None else None, "json-ld"),
        (evidence.meta("content-language", "language", "dc.language", "dcterms.language", "og:locale"), "meta"),
        (evidence.entry.language if evidence.entry else None, "feed"),
        (feed_language, "feed"),
    )
    for value, witness in declared:
        if code := language_code(value):
            return Found(code, witness)
    return Found(py3langid.classify(text)[0], "computed") if len(text) >= _ENOUGH_TO_TELL else None


def language_code(declared: str | None) -> str | None:
    """The primary language of a tag such as "de-AT" or "en_GB" (RFC 5646), None when it is no tag."""
    match = _code.fullmatch(declared or "")
    return _SYNONYMS.get(match[1].lower(), match[1].lower()) if match else None
