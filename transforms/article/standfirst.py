"""The standfirst: the sentence or two between headline and body that sum the article up."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.structured_data import text_of
from transforms.text import plain_text, title_key

_SHORTEST, _LONGEST = 20, 700
"""Characters between which a text is taken for a standfirst."""


def find_standfirst(evidence: Evidence, *, headline: str | None) -> Found[str] | None:
    """The article's standfirst: what the page is shared with, else the visible one, else other descriptions."""
    taken = title_key(headline or "")
    for text, witness in _witnesses(evidence):
        if _SHORTEST <= len(text) <= _LONGEST and title_key(text) != taken:
            return Found(text, witness)
    return None


def _witnesses(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What may hold it, the most trustworthy first: descriptions in JSON-LD and microdata are often a picture's, and a
    page's meta description is often written for search engines.
    """
    for name in ("og:description", "twitter:description"):
        for content in evidence.metas.get(name, ()):
            yield plain_text(content), "meta"
    for element in evidence.marked.get("standfirst", ()):
        yield text_content(element), "dom"
    if evidence.node is not None:
        yield text_of(evidence.node.get("description")), "json-ld"
    for name in ("description", "dc.description", "dcterms.abstract"):
        for content in evidence.metas.get(name, ()):
            yield plain_text(content), "meta"
    for element in evidence.properties.get("description", ()):
        yield evidence.property_value(element), "microdata"
    if evidence.entry is not None:
        yield evidence.entry.summary or "", "feed"


def is_shown(standfirst: str, evidence: Evidence) -> bool:
    """Whether the page marks an element with this text as its standfirst: then it is no part of the body.

    A description that only repeats the first paragraph is a part of it.
    """
    key = title_key(standfirst)
    return any(title_key(text_content(element)) == key for element in evidence.marked.get("standfirst", ()))
