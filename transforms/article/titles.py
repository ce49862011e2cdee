"""The page's title and the article's headline."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.article.evidence import Evidence, Found, text_content
from transforms.article.structured_data import text_of, texts_of
from transforms.text import title_key
from transforms.urls import site_of

_separator = re.compile(r"\s+[|\-\u2013\u2014·•»«:/]{1,2}\s+|\s*\|\s*|:\s+(?=\S+$)")
"""What stands between a headline and the name of the site in page titles."""

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
    be a label of its template.  Else a visible h1 that another witness confirms is what readers see; a social title
    may be another wording, and the page's title carries the site's name.
    """
    stated = text_of(evidence.node.get("headline")) if evidence.node else ""
    social = _social_title(evidence)
    listed = (evidence.entry.title if evidence.entry else None) or ""
    headings = [text for heading in evidence.elements.get("h1", ()) if (text := text_content(heading))]
    microdata = [evidence.property_value(element) for element in evidence.properties.get("headline", ())]
    own = [heading for heading in headings if not is_site_name(heading, evidence) and len(heading.split()) > 2]
    others = [text for text in (stated, social, evidence.page_title, listed) if text]
    confirmed = [heading for heading in headings if any(_confirms(heading, other) for other in others)]
    candidates = (
        (next(iter(confirmed), ""), "dom"),
        (stated, "json-ld"),
        (next(iter(microdata), ""), "microdata"),
        (without_site(social, evidence), "meta"),
        (own[0] if len(own) == 1 else "", "dom"),
        (without_site(evidence.page_title, evidence), "dom"),
    )
    key = title_key(listed)
    as_listed = [(text, witness) for text, witness in candidates if key and title_key(text) == key]
    return _first_that_is_no_site_name((*as_listed, *candidates, (listed, "feed")), evidence)


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
    return len(shorter.split()) > 2 and f" {shorter} " in f" {longer} "


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
    if any(key == title_key(name) for name in names if name):
        return True
    domain = site_of(evidence.url).partition(".")[0]
    return "".join(_site_words.findall(key)) in (
        domain,
        domain.replace("-", ""),
        f"the{domain}",
        site_of(evidence.url).replace(".", ""),
    )
