"""Who wrote the article: persons, not the site and not the agencies it draws on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.html import HtmlElement

from transforms.article.bylines import dated_bylines, is_full_name, opened_bylines
from transforms.article.cleaning import AGENCIES
from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.habits import any_of, rows, text
from transforms.article.structured_data import text_of, texts_of
from transforms.article.titles import is_site_name
from transforms.text import squeeze, title_key

_before = re.compile("^(?:" + any_of(rows("byline", "before")).pattern + ")", re.IGNORECASE)
_after = any_of(rows("byline", "after"))
_address = re.compile(r"https?:|www\.|@|/.*/")
_between = re.compile(text("byline", "between"), re.IGNORECASE)
_no_name = any_of(rows("byline", "no_name"))
_nobody = any_of(rows("byline", "nobody"))
_agency_keys = frozenset(title_key(name) for name in AGENCIES)
_LONGEST_NAME = 60
_MOST_WORDS = 6
_LONGEST_BYLINE = 500


def find_authors(evidence: Evidence, lines: Sequence[str] = ()) -> Found[tuple[str, ...]] | None:
    """The names of the article's writers, each once, in the order given.

    Where no person is named it is an agency, and last an organisation that the page's data credit.  A byline among
    `lines`, those beside the headline, goes before data that share a name with it: data often list editors and
    reviewers too, or the first writer alone, or by the first name.
    """
    persons: Found[tuple[str, ...]] | None = None
    others: Found[tuple[str, ...]] | None = None
    shown = _first_named(opened_bylines(lines), evidence)
    for candidates, witness in _witnesses(evidence, shown, dated_bylines(lines)):
        named = tuple(dict.fromkeys(_names_in(candidates, evidence)))
        found = tuple(name for name in named if title_key(name) not in _agency_keys)
        if found:
            persons = Found(found, witness)
            break
        if named and others is None:
            others = Found(named, witness)
    if persons is None:
        return others or _credited(evidence)
    writers = _shown_writers(shown, persons.value)
    return Found(writers, "dom") if writers and writers != persons.value else persons


def _witnesses(evidence: Evidence, shown: Sequence[str], dated: Iterable[str]) -> Iterator[tuple[Iterable[str], str]]:
    yield from _data(evidence)
    yield [text_content(inner) for element in _first_authors(evidence) for inner in _named(element)], "microdata"
    yield (
        [text_content(link) for link in evidence.elements.get("a", ()) if "author" in (link.get("rel") or "").split()],
        "dom",
    )
    yield shown, "dom"
    yield list(_bylines(evidence)), "dom"
    yield _first_named(dated, evidence), "dom"
    if evidence.entry is not None:
        yield evidence.entry.authors, "feed"


def _data(evidence: Evidence) -> Iterator[tuple[Iterable[str], str]]:
    node = evidence.node
    if node is not None:
        people = [*evidence.data.resolved(node.get("author")), *evidence.data.resolved(node.get("creator"))]
        yield [name for person in people for name in _names_of(person)], "json-ld"
    for name in rows("metas", "author"):
        yield evidence.metas.get(name, ()), "meta"


def _credited(evidence: Evidence) -> Found[tuple[str, ...]] | None:
    """The first author in the page's data that is no person's name: the site itself, its newsroom."""
    for candidates, witness in _data(evidence):
        for name in map(squeeze, candidates):
            if name and len(name) <= _LONGEST_NAME and not _address.search(name) and not _nobody.search(name):
                return Found((name,), witness)
    return None


def _first_named(candidates: Iterable[str], evidence: Evidence) -> tuple[str, ...]:
    named = (tuple(dict.fromkeys(_names_in([candidate], evidence))) for candidate in candidates)
    return next((names for names in named if any(title_key(name) not in _agency_keys for name in names)), ())


def _shown_writers(shown: Sequence[str], stated: Sequence[str]) -> tuple[str, ...]:
    """The full names of a shown byline, () where none of them is among those that data state, whole or in part."""
    theirs = {title_key(name) for name in stated}
    confirmed = [name for name in shown if title_key(name) in theirs or not theirs.isdisjoint(title_key(name).split())]
    return tuple(name for name in shown if name in confirmed or is_full_name(name)) if confirmed else ()


def _first_authors(evidence: Evidence) -> list[HtmlElement]:
    """The first author in microdata and those beside it: further down, readers' comments have authors too."""
    authors = evidence.properties.get("author", ())
    return [author for author in authors if author.getparent() is authors[0].getparent()]


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
        shown = text_content(element)
        if not 3 < len(shown) <= 3 * _LONGEST_NAME:
            continue
        links = [text for link in element.iter("a") if (text := text_content(link))]
        names = list(_names_in(links, evidence)) or list(_names_in([shown], evidence))
        if names:
            yield from names
            return


def _names_in(candidates: Iterable[str], evidence: Evidence) -> Iterator[str]:
    """What in the candidates can be the name of a person or an agency."""
    for candidate in map(squeeze, candidates):
        if _address.search(candidate) or len(candidate) > _LONGEST_BYLINE:
            continue
        for part in _between.split(_after.sub("", _before.sub("", candidate, count=1))):
            name = _after.sub("", _before.sub("", part.strip(" .:*\u2013\u2014-"), count=1)).strip()
            if not name or len(name) > _LONGEST_NAME or len(name.split()) > _MOST_WORDS or _no_name.search(name):
                continue
            if not is_site_name(name, evidence):
                yield name
