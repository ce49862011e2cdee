"""Who wrote the article: persons, not the site and not the agencies it draws on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from transforms.article.cleaning import AGENCIES
from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.habits import any_of, rows, text
from transforms.article.structured_data import text_of, texts_of
from transforms.text import title_key
from transforms.urls import site_of

_by = re.compile("^(?:" + any_of(rows("byline", "before")).pattern + ")", re.IGNORECASE)
_split = re.compile(text("byline", "between"), re.IGNORECASE)
_no_name = any_of(rows("byline", "no_name"))
_agency_keys = frozenset(title_key(name) for name in AGENCIES)
_LONGEST_NAME = 60
_MOST_WORDS = 6


def find_authors(evidence: Evidence) -> Found[tuple[str, ...]] | None:
    """The names of the article's writers, each once, in the order given."""
    for candidates, witness in _witnesses(evidence):
        names = tuple(dict.fromkeys(_persons(candidates, evidence)))
        if names:
            return Found(names, witness)
    return None


def _witnesses(evidence: Evidence) -> Iterator[tuple[Iterable[str], str]]:
    node = evidence.node
    if node is not None:
        people = [*evidence.data.resolved(node.get("author")), *evidence.data.resolved(node.get("creator"))]
        yield [name for person in people if not _is_organisation(person) for name in _names_of(person)], "json-ld"
    for name in rows("metas", "author"):
        yield evidence.metas.get(name, ()), "meta"
    yield (
        [text_content(inner) for element in evidence.properties.get("author", ()) for inner in _named(element)],
        "microdata",
    )
    yield (
        [text_content(link) for link in evidence.elements.get("a", ()) if "author" in (link.get("rel") or "").split()],
        "dom",
    )
    yield list(_bylines(evidence)), "dom"
    if evidence.entry is not None:
        yield evidence.entry.authors, "feed"


def _is_organisation(person: object) -> bool:
    return isinstance(person, dict) and "Organization" in str(person.get("@type"))


def _names_of(person: object) -> list[str]:
    """A person's name; a name property may hold several."""
    if isinstance(person, dict):
        return texts_of(person.get("name")) or [
            f"{text_of(person.get('givenName'))} {text_of(person.get('familyName'))}".strip()
        ]
    return texts_of(person)


def _named(author: HtmlElement) -> list[HtmlElement]:
    """The elements that hold an author's name in microdata: itemprop name within it, else itself."""
    return author.findall(".//*[@itemprop='name']") or [author]


def _bylines(evidence: Evidence) -> Iterator[str]:
    """The first marked byline that reads like names: links in it first, since they name persons and nothing else."""
    for element in evidence.marked.get("byline", ()):
        links = [text for link in element.iter("a") if (text := text_content(link))]
        text = text_content(element)
        if not 3 < len(text) <= 3 * _LONGEST_NAME:
            continue
        names = list(_persons(links, evidence)) or list(_persons([text], evidence))
        if names:
            yield from names
            return


def _persons(candidates: Iterable[str], evidence: Evidence) -> Iterator[str]:
    site = site_of(evidence.url).partition(".")[0]
    site_names = {title_key(evidence.meta("og:site_name", "application-name") or "")}
    for candidate in candidates:
        for part in _split.split(_by.sub("", candidate.strip(), count=1)):
            name = _by.sub("", part.strip(" .:–—-"), count=1)
            key = title_key(name)
            if not key or len(name) > _LONGEST_NAME or len(name.split()) > _MOST_WORDS or _no_name.search(name):
                continue
            if key in _agency_keys or key in site_names or key.replace(" ", "") in (site, f"the{site}"):
                continue
            yield name
