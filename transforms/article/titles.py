"""The page's title and the article's headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.structured_data import text_of
from transforms.text import title_key
from transforms.urls import site_of

_separator = re.compile(r"\s+[|\-\u2013\u2014·•»«:/]{1,2}\s+|\s*\|\s*|:\s+(?=\S+$)")
"""What stands between a headline and the name of the site in page titles."""

_before_signature = re.compile(r"\s+[|\-\u2013\u2014·•»«]{1,2}\s+|\s*[|_]\s*")
"""What stands before a site's signature at the end of a title."""

_day_before = re.compile(r"^\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d]{3,10})\s?\d{4}\s*[-\u2013:|]?\s+")
_colon = re.compile(r"\w[\"'\u201c\u201d\u2019\u00bb]?:\s*\w")
"""A colon that parts two phrases, with or without a closing quotation mark before it."""

_FEWEST_WORDS = 3
"""Words from which two titles that are alike are no accident, and a title is not cut to fewer."""

_LONGEST_SIGNATURE = 3
"""Words of a name that a site signs its titles with."""

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
        (_without_label(_without_day(_visible(evidence, others)), [stated, social]), "dom"),
        (stated, "json-ld"),
        (next(iter(microdata), ""), "microdata"),
        (without_site(_unsigned(social), evidence), "meta"),
        (without_site(_unsigned(in_tab), evidence), "dom"),
    )
    key = title_key(listed)
    as_listed = [(text, witness) for text, witness in candidates if key and title_key(text) == key]
    return _first_that_is_no_site_name((*as_listed, *candidates, (listed, "feed")), evidence)


def _visible(evidence: Evidence, others: Sequence[str]) -> str:
    """The h1 that is the article's headline, "" when none is: `others` are what the page calls it elsewhere."""
    headings = [text for heading in evidence.elements.get("h1", ()) if (text := text_content(heading))]
    titles = [*others, evidence.page_title]
    _, signature = _parted(evidence.page_title)
    own = [text for text in headings if not is_site_name(text, evidence) and title_key(text) != title_key(signature)]
    confirmed = (text for text in headings if any(_confirms(text, other) for other in titles))
    akin = (text for text in own if any(_is_akin(text, other) for other in others or titles))
    only = (
        text for text in own if len(own) == 1 and _word_count(text) >= _FEWEST_WORDS and not _names_site(text, evidence)
    )
    return next(chain(confirmed, akin, only), "")


def _without_day(heading: str) -> str:
    """The heading without a day at its beginning, as press offices put it there."""
    rest = _day_before.sub("", heading, count=1)
    return rest if _word_count(rest) >= _FEWEST_WORDS else heading


def _without_label(heading: str, others: Sequence[str]) -> str:
    """The heading as another witness spells it where templates put more into its element: a label of the section
    before it ("Opinion"), a day beside it, or a label that is parted from it by a colon elsewhere.
    """
    key = f" {title_key(heading)} "
    for other in others:
        inner = f" {title_key(other)} "
        if _word_count(inner) < _FEWEST_WORDS:
            continue
        if inner.replace(" ", "") == key.replace(" ", ""):  # style sheets part a label's element without a space
            if ":" in other and not _colon.search(heading):
                return other
        elif inner in key and (key.endswith(inner) or any(map(str.isdigit, key.replace(inner, " ", 1)))):
            return other
    return heading


def _unsigned(title: str) -> str:
    """The title without a signature of up to three words: sites sign with names that they state nowhere else."""
    head, signature = _parted(title)
    is_signed = _word_count(head) >= _FEWEST_WORDS and _word_count(signature) <= _LONGEST_SIGNATURE
    return head if is_signed else title


def _parted(title: str) -> tuple[str, str]:
    """A title's beginning, and what stands behind its last bar or dash: "" where it has none."""
    cuts = list(_before_signature.finditer(title))
    return (title[: cuts[-1].start()], title[cuts[-1].end() :]) if cuts else (title, "")


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
    if ours == theirs:
        return True
    shorter, longer = sorted((ours, theirs), key=len)
    return _word_count(shorter) >= _FEWEST_WORDS and f" {shorter} " in f" {longer} "


def _word_count(text: str) -> int:
    return len(text.split())


def _names_site(heading: str, evidence: Evidence) -> bool:
    """Whether the heading has the site's stated name in it: mastheads have, and the site's motto beside it."""
    key = f" {title_key(heading)} "
    return any(f" {name} " in key for name in evidence.site_names)


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
    if _word_count(key) <= _LONGEST_SITE_NAME and key in evidence.site_names:
        return True
    return "".join(_site_words.findall(key)) in _domain_names(evidence.url)


@lru_cache(maxsize=1_000)
def _domain_names(url: str) -> frozenset[str]:
    """The ways in which titles run a domain's words together."""
    site = site_of(url)
    domain = site.partition(".")[0]
    return frozenset((domain, domain.replace("-", ""), f"the{domain}", site.replace(".", "")))
