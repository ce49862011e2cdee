"""JSON-LD: what a page says about itself in schema.org's words (JSON-LD 1.1; schema.org Article).

Read as it is written in the wild: graphs, lists, nodes inside nodes, references by "@id", types as lists or with a
vocabulary prefix, and JSON with raw line breaks, comments around it or a comma too many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from transforms.text import plain_text

Node = Mapping[str, Any]

_MOST_NODES = 5_000
_NO_PART_OF_THE_PAGE = frozenset(
    {
        "itemListElement",
        "relatedLink",
        "comment",
        "review",
        "mentions",
        "citation",
        "liveBlogUpdate",
        "hasPart",
        "isBasedOn",
        "subjectOf",
        "itemReviewed",
    }
)
"""Properties whose values are other things than the page's own article."""

_article_type = re.compile(r"(?:Article|Posting|Report|Review|Analysis|AdvertiserContentArticle)$")
_wrapping = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)\s*;?\s*$"
)
_spare_comma = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredData:
    """All JSON-LD nodes of a page in document order, those that are no part of the page itself left out."""

    nodes: tuple[Node, ...] = ()

    def of_type(self, pattern: re.Pattern[str]) -> Iterator[Node]:
        """The nodes with a type that the pattern finds."""
        return (node for node in self.nodes if any(pattern.search(name) for name in types_of(node)))

    def resolved(self, value: Any) -> list[Any]:
        """A property's values as a list, with references replaced by the nodes they name."""
        values = value if isinstance(value, list) else [] if value is None else [value]
        return [self._referenced(item) for item in values]

    def _referenced(self, item: Any) -> Any:
        if not isinstance(item, dict) or set(item) - {"@id", "@type"}:
            return item
        wanted = item.get("@id")
        return next((node for node in self.nodes if node.get("@id") == wanted and len(node) > len(item)), item)

    def article(self, *, addresses: Sequence[str], titles: Sequence[str]) -> Node | None:
        """The node that describes the page's article.

        `addresses` and `titles` are what the page is known by: a node that names one of them goes before one that
        does not, and the first goes before the next.
        """
        best: Node | None = None
        best_score = 0
        for node in self.of_type(_article_type):
            score = (
                1
                + ("datePublished" in node)
                + 2 * (_address(node) in addresses)
                + 3 * (text_of(node.get("headline")) in titles)
            )
            if score > best_score:
                best, best_score = node, score
        return best


def types_of(node: Node) -> list[str]:
    """The node's schema.org types, without a vocabulary prefix."""
    declared = node.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return [re.split(r"[/:#]", name)[-1] for name in names if isinstance(name, str)]


def text_of(value: Any) -> str:
    """A property's first value as plain text, "" when there is none."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), "")
    if isinstance(value, dict):
        return text_of(value.get("@value") or value.get("name") or value.get("text"))
    return plain_text(value) if isinstance(value, str) else ""


def texts_of(value: Any) -> list[str]:
    """All of a property's values as plain text."""
    values = value if isinstance(value, list) else [value]
    return [text for item in values if (text := text_of(item))]


def address_of(value: Any) -> str:
    """The URL that a property's first value is or has, "" when there is none."""
    if isinstance(value, list):
        return next((url for item in value if (url := address_of(item))), "")
    if isinstance(value, dict):
        return address_of(value.get("url") or value.get("contentUrl") or value.get("@id"))
    return value.strip() if isinstance(value, str) else ""


def _address(node: Node) -> str:
    return address_of(node.get("url")) or address_of(node.get("mainEntityOfPage")) or address_of(node.get("@id"))


def read_json_ld(scripts: Sequence[HtmlElement]) -> StructuredData:
    """Read the page's `application/ld+json` scripts; what cannot be read is left out."""
    nodes: list[Node] = []
    for script in scripts:
        for document in _documents(script.text or ""):
            nodes.extend(_walk(document))
            if len(nodes) > _MOST_NODES:
                return StructuredData(nodes=tuple(nodes[:_MOST_NODES]))
    return StructuredData(nodes=tuple(nodes))


def _documents(source: str) -> Iterator[Any]:
    text = _wrapping.sub("", _wrapping.sub("", source)).strip().rstrip(";")
    for attempt in (text, _spare_comma.sub(r"\1", text)):
        try:
            yield json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return


def _walk(document: Any) -> Iterator[Node]:
    """All nodes of a document, outer before inner, in document order."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "@type" in value or "@id" in value:
                yield value
            pending.extend(inner for key, inner in reversed(value.items()) if key not in _NO_PART_OF_THE_PAGE)
        elif isinstance(value, list):
            pending.extend(reversed(value))
