"""What a page offers to the passes that read its metadata, gathered in one walk over the tree.

Every pass answers with a `Found`: the value and the witness that gave it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar, cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from transforms.article.habits import rows
from transforms.article.structured_data import Node, StructuredData, read_json_ld, texts_of
from transforms.records import Entry
from transforms.text import squeeze, title_key
from transforms.urls import absolute_url

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A value and what gave it: "json-ld", "meta", "microdata", "dom", "blocks" (the page's text, cut where
    its blocks end), "trafilatura", "feed" or "computed".
    """

    value: Value
    witness: str


SUBJECTS = {
    subject: frozenset(rows("classes", subject))
    for subject in ("byline", "date", "standfirst", "caption", "credit", "reading")
}
"""The words, or words run together, by which class names name a subject."""

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "cite",
        "em",
        "font",
        "i",
        "mark",
        "q",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "wbr",
    ]
)
_UNREAD = frozenset(["script", "style", "noscript", "template", "svg"])
_TOLD_BY_TAG = frozenset(["meta", "title", "link", "h1", "time", "figure", "script"])
_Elements = defaultdict[str, list[HtmlElement]]

_words = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@lru_cache(maxsize=20_000)
def subjects_of(classes: str) -> tuple[str, ...]:
    """The subjects that a class attribute names; the pages of a site share them, hence the cache."""
    return tuple({subject: None for name in classes.split() for subject in _subjects_of_class(name)})


@lru_cache(maxsize=50_000)
def _subjects_of_class(name: str) -> tuple[str, ...]:
    """The subjects of one class; sites share many."""
    words = [word.lower() for word in _words.findall(name)]
    told = {*words, *map("".join, pairwise(words)), *map("".join, zip(words, words[1:], words[2:], strict=False))}
    return tuple(subject for subject, names in SUBJECTS.items() if not names.isdisjoint(told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One page, ready to be asked.

    `metas` maps the lower-case property, name, itemprop or http-equiv of meta elements to their contents;
    `properties` an itemprop to the other elements that have it; `elements` a tag to its elements (links only where
    they have a rel); `marked` a subject of `SUBJECTS` to the elements whose class names it.  All are in document
    order.  `site_names` are the keys of what the site and its publisher call themselves.  `node`
    is the JSON-LD node of the article.
    """

    url: str
    tree: HtmlElement
    metas: Mapping[str, Sequence[str]]
    properties: Mapping[str, Sequence[HtmlElement]]
    elements: Mapping[str, Sequence[HtmlElement]]
    marked: Mapping[str, Sequence[HtmlElement]]
    page_title: str
    site_names: frozenset[str]
    data: StructuredData
    node: Node | None
    entry: Entry | None

    def meta(self, *names: str) -> str | None:
        """The first non-empty content among the meta elements of these names, asked in their order."""
        return next(
            (text for name in names for content in self.metas.get(name, ()) if (text := squeeze(content))), None
        )

    def property_value(self, element: HtmlElement) -> str:
        """What a microdata property says: its content or datetime attribute, else its text (HTML standard, 5.2.4)."""
        return squeeze(element.get("content") or element.get("datetime") or text_content(element))


def gather(tree: HtmlElement, *, url: str, entry: Entry | None) -> Evidence:
    """Walk the tree once and sort out what the metadata passes look at.  `url` is the page's final address."""
    by_tag, properties, marked = _sorted_out(tree)
    metas: dict[str, list[str]] = defaultdict(list)
    for element in by_tag["meta"]:
        for name in _names(element):
            metas[name].append(element.get("content") or "")
    page_title = next((text for title in by_tag["title"] if (text := text_content(title))), "")
    titles = [page_title, *(squeeze(text) for name in ("og:title", "twitter:title") for text in metas.get(name, ()))]
    titles += [text_content(heading) for heading in by_tag["h1"]]
    addresses = [
        url,
        *metas.get("og:url", ()),
        *(link.get("href") or "" for link in by_tag["link"] if link.get("rel") == "canonical"),
    ]
    data = read_json_ld([script for script in by_tag["script"] if "ld+json" in (script.get("type") or "").lower()])
    node = data.article(addresses=addresses, titles=titles)
    return Evidence(
        url=url,
        tree=tree,
        metas=metas,
        properties=properties,
        elements=by_tag,
        marked=marked,
        page_title=page_title,
        site_names=_site_names(metas, data, node),
        data=data,
        node=node,
        entry=entry,
    )


def _sorted_out(tree: HtmlElement) -> tuple[_Elements, _Elements, _Elements]:
    """Elements by tag, and those of the body by itemprop and by the subject that their class names."""
    by_tag: _Elements = defaultdict(list)
    properties: _Elements = defaultdict(list)
    marked: _Elements = defaultdict(list)
    is_body = False
    for element in tree.iter("*"):  # one walk: a search for each attribute takes as long
        tag = element.tag
        if tag in _TOLD_BY_TAG:
            by_tag[tag].append(element)
        if (is_body or tag == "link") and (itemprop := element.get("itemprop")) is not None:
            properties[itemprop.lower()].append(element)
        if not is_body:
            is_body = tag == "body"
            continue
        if tag == "a" and element.get("rel") is not None:
            by_tag[tag].append(element)
        if (classes := element.get("class")) is not None:
            for subject in subjects_of(classes):
                marked[subject].append(element)
    return by_tag, properties, marked


def _site_names(metas: Mapping[str, Sequence[str]], data: StructuredData, node: Node | None) -> frozenset[str]:
    stated = ("og:site_name", "application-name", "twitter:site")
    names = [next((text for name in stated for content in metas.get(name, ()) if (text := squeeze(content))), "")]
    if node is not None:
        names += texts_of(data.resolved(node.get("publisher")))
    return frozenset(key for name in names if (key := title_key(name)))


def _names(meta: HtmlElement) -> set[str]:
    return {value.strip().lower() for key in ("property", "name", "itemprop", "http-equiv") if (value := meta.get(key))}


def elements_of(path: XPath, element: HtmlElement) -> list[HtmlElement]:
    """What a path that selects elements selects."""
    return cast("list[HtmlElement]", path(element))


def text_content(element: HtmlElement) -> str:
    """The element's text on one line, without scripts and styles; blocks are parted by spaces, inline elements not."""
    if len(element) == 0:
        return squeeze(element.text or "")
    return squeeze("".join(_pieces(element)))


def _pieces(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for part in element.iterdescendants():
        if part.tag not in _INLINE:
            yield " "
        if part.tag not in _UNREAD:
            yield part.text or ""
        yield part.tail or ""


def amp_url(evidence: Evidence) -> Found[str] | None:
    """The address that the page names for its AMP rendering: absolute, http or https."""
    for link in evidence.elements.get("link", ()):
        if "amphtml" in (link.get("rel") or "").lower().split() and (
            url := absolute_url(evidence.url, link.get("href") or "")
        ):
            return Found(url, "dom")
    return None


def canonical_url(evidence: Evidence) -> Found[str] | None:
    """The address the page names for itself: absolute, http or https (RFC 6596)."""
    for link in evidence.elements.get("link", ()):
        if "canonical" in (link.get("rel") or "").lower().split() and (
            url := absolute_url(evidence.url, link.get("href") or "")
        ):
            return Found(url, "dom")
    if (url := evidence.meta("og:url")) and (absolute := absolute_url(evidence.url, url)):
        return Found(absolute, "meta")
    return None
