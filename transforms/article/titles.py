"""The page's title and the article's headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.structured_data import text_of, texts_of
from transforms.text import title_key
from transforms.urls import site_of

_separator = re.compile(r"\s+[|\-\u2013\u2014·•»«:/]{1,2}\s+|\s*\|\s*|:\s+(?=\S+$)")
"""What stands between a headline and the name of the site in page titles."""

_sign = re.compile(r"\s+[|\-\u2013\u2014·•»«]{1,2}\s+|\s*[|_]\s*")
"""What stands before a site's signature at the end of a title."""

_day_before = re.compile(r"\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d]{3,10})\s?\d{4}\s*[-\u2013:|]?\s+")
"""A day at the beginning of a heading, as press offices put it there."""

_colon = re.compile(r"\w[\"'\u201c\u201d\u2019\u00bb]?:\s*\w")

_LONGEST_SIGNATURE = 3
_SHORTEST_HEADLINE = 3
"""Words of the name that a site signs titles with, and of a headline."""

_LONGEST_SITE_NAME = 6
"""Words; templates put headlines into the page's site name, too."""

_site_words = re.compile(r"[^\W_]+")


def find_title(evidence: Evidence) -> Found[str] | None:
    """The page's title as it stands: what the page calls itself where it is shared, else in the browser's tab.

    It may have the site's name in it, and be another wording than the headline that readers of the page see.
    """
    candidates = ((_social_title(evidence), "meta"), (evidence.page_title, "dom"))
    return _first_that_is_no_site_name(candidates, evidence)


def find_headline(evidence: Evidence) -> Found[str] | None:
    """The article's headline, without the site's name.

    Where the feed's entry says the same as a witness of the page, that one is it: what a page calls a headline may
    be a label of its template.  Else the visible h1 that another witness confirms is what readers see, then one that
    is akin to another witness, and then the only one: social titles may be another wording, and the page's title
    carries the site's name.
    """
    stated = text_of(evidence.node.get("headline")) if evidence.node else ""
    social = without_site(_social_title(evidence), evidence)
    in_tab = without_site(evidence.page_title, evidence)
    listed = (evidence.entry.title if evidence.entry else None) or ""
    others = [text for text in (stated, social, listed) if text]
    microdata = [evidence.property_value(element) for element in evidence.properties.get("headline", ())]
    candidates = (
        (_without_label(_visible(evidence, others), [stated, social]), "dom"),
        (stated, "json-ld"),
        (next(iter(microdata), ""), "microdata"),
        (_without_last_part(social, evidence), "meta"),
        (_without_last_part(in_tab, evidence), "dom"),
    )
    key = title_key(listed)
    as_listed = [(text, witness) for text, witness in candidates if key and title_key(text) == key]
    return _first_that_is_no_site_name((*as_listed, *candidates, (listed, "feed")), evidence)


def _visible(evidence: Evidence, others: Sequence[str]) -> str:
    """The h1 that is the article's headline, "" when none is: `others` are what the page calls it elsewhere."""
    headings = [text for heading in evidence.elements.get("h1", ()) if (text := text_content(heading))]
    titles = [*others, evidence.page_title]
    confirmed = (heading for heading in headings if any(_confirms(heading, other) for other in titles))
    signature = title_key(_sign.split(evidence.page_title)[-1])
    own = [text for text in headings if not is_site_name(text, evidence) and title_key(text) != signature]
    akin = (heading for heading in own if any(_is_akin(heading, other) for other in others or titles))
    only = (text for text in own if len(own) == 1 and len(text.split()) > 2 and not _names_site(text, evidence))
    return next(chain(confirmed, akin, only), "")


def _without_label(heading: str, others: Sequence[str]) -> str:
    """The heading without what templates put into its element: a label of the section before it ("Opinion"), a day
    beside it.  Where label and headline are parted by a colon elsewhere, that spelling is the right one.
    """
    key = f" {title_key(heading)} "
    if (dated := _day_before.match(heading)) and len(heading[dated.end() :].split()) >= _SHORTEST_HEADLINE:
        heading = heading[dated.end() :]
    for other in others:
        inner = f" {title_key(other)} "
        if len(inner.split()) <= 2:
            continue
        rest = key.replace(inner, " ", 1)
        is_part = inner in key and rest.strip() != ""
        if is_part and (key.endswith(inner) or any(character.isdigit() for character in rest)):
            return other
        if key.replace(" ", "") == inner.replace(" ", "") and ":" in other and not _colon.search(heading):
            return other
    return heading


def _without_last_part(title: str, evidence: Evidence) -> str:
    """The title without a last part of up to three words behind a bar or dash: sites sign with names they state
    nowhere else.
    """
    cuts = list(_sign.finditer(title))
    if cuts and len(title[cuts[-1].end() :].split()) <= _LONGEST_SIGNATURE:
        head = title[: cuts[-1].start()]
        if len(head.split()) >= _SHORTEST_HEADLINE:
            return without_site(head, evidence)
    return title


def _social_title(evidence: Evidence) -> str:
    return evidence.meta("og:title", "twitter:title") or ""


def _first_that_is_no_site_name(candidates: Iterable[tuple[str, str]], evidence: Evidence) -> Found[str] | None:
    return next(
        (Found(text, witness) for text, witness in candidates if text and not is_site_name(text, evidence)), None
    )


def _confirms(heading: str, other: str) -> bool:
    """Whether the other title says the same, or the same and more (a site's name), or the same cut short."""
    ours, theirs = title_key(heading), title_key(other)
    if not ours or not theirs:
        return False
    if ours.replace(" ", "") == theirs.replace(" ", ""):
        return True
    shorter, longer = sorted((ours, theirs), key=len)
    return len(shorter.split()) > 2 and f" {shorter} " in f" {longer} "


def _names_site(heading: str, evidence: Evidence) -> bool:
    """Whether the heading has the site's stated name in it: mastheads have, and the site's motto beside it."""
    name = title_key(evidence.meta("og:site_name", "application-name") or "")
    return bool(name) and f" {name} " in f" {title_key(heading)} "


def _is_akin(heading: str, other: str) -> bool:
    """Whether half of the words of the shorter one are in the other: the same headline, worded for another place."""
    ours, theirs = set(title_key(heading).split()), set(title_key(other).split())
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs)) > 0


def without_site(title: str, evidence: Evidence) -> str:
    """The title with the site's name taken off its end or its beginning."""
    text = title
    for _ in range(3):
        cuts = list(_separator.finditer(text))
        if not cuts:
            return text
        first, last = cuts[0], cuts[-1]
        if is_site_name(text[last.end() :], evidence):
            text = text[: last.start()]
        elif is_site_name(text[: first.start()], evidence):
            text = text[first.end() :]
        else:
            return text
    return text


def is_site_name(text: str, evidence: Evidence) -> bool:
    """Whether a piece of a title names the site: its stated name, its publisher, or the words of its domain."""
    key = title_key(text)
    if not key:
        return True
    names = [evidence.meta("og:site_name", "application-name", "twitter:site") or ""]
    if evidence.node is not None:
        names += texts_of(evidence.data.resolved(evidence.node.get("publisher")))
    if len(key.split()) <= _LONGEST_SITE_NAME and any(key == title_key(name) for name in names if name):
        return True
    domain = site_of(evidence.url).partition(".")[0]
    return "".join(_site_words.findall(key)) in (
        domain,
        domain.replace("-", ""),
        f"the{domain}",
        site_of(evidence.url).replace(".", ""),
    )
