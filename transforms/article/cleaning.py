"""Lines that stand with an article and are no part of its body: promotion and agency credits.

Both are tables of habits (`habits.toml`), whose rows must match a whole line.  Lines longer than `LONGEST_LINE`
characters are never taken for either: a sentence of reporting may begin with any words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.article.habits import any_of, rows
from transforms.records import Paragraph, ParagraphKind
from transforms.text import title_key

LONGEST_LINE = 240
"""Characters; promotion lines in the pages we measured are shorter than 200."""

AGENCIES = rows("agency", "names")

_OPENING = 4
"""Paragraphs at the beginning among which headline, standfirst and byline may be repeated."""

_BYLINE_WORDS, _DATED_BYLINE_WORDS = 6, 10
"""Words that a byline has beside the names ("by", "and", a role), and one that has the day or minutes of reading."""

_agency_names = "|".join(re.escape(name) for name in sorted(AGENCIES, key=len, reverse=True))
_agency = any_of([row.replace("{agency}", _agency_names) for row in rows("agency", "lines")])
_promotion = any_of(rows("promotion", "lines"))


def is_promotion(line: str) -> bool:
    """Whether a line promotes something (follow us, read more, newsletters, share bars) instead of reporting."""
    return len(line) <= LONGEST_LINE and _promotion.fullmatch(" ".join(line.split()).strip("*_•►▶→> ")) is not None


def is_agency_credit(line: str) -> bool:
    """Whether a line says which agencies the report draws on."""
    return len(line) <= LONGEST_LINE and _agency.fullmatch(" ".join(line.split())) is not None


def without_opening(
    paragraphs: Sequence[Paragraph], *, repeated: Sequence[str | None], authors: Sequence[str]
) -> tuple[Paragraph, ...]:
    """The paragraphs without what stands before the text of many pages: the headline or standfirst again, the byline.

    A line of the byline is short and holds hardly a word beside a name of the authors.
    """
    keys = {title_key(text) for text in repeated if text}
    names = [title_key(author) for author in authors]
    start = 0
    for place, paragraph in enumerate(paragraphs[:_OPENING]):
        key = title_key(paragraph.text)
        if key in keys or _is_byline(key, names):
            start = place + 1
    return tuple(paragraphs[start:])


def _is_byline(key: str, names: Sequence[str]) -> bool:
    rest = key
    for name in names:
        rest = rest.replace(name, "")
    words = rest.split()
    limit = _DATED_BYLINE_WORDS if any(map(str.isdigit, words)) else _BYLINE_WORDS
    return rest != key and sum(not word.isdigit() for word in words) <= limit


def split_off(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Paragraph, ...], str | None, str | None]:
    """Part the body from what is no part of it.

    Returns the paragraphs that stay, the agency credit (the last such line), and the promotion lines joined by
    spaces.  A subheading left with nothing under it goes with what was under it.
    """
    kept: list[Paragraph] = []
    promotions: list[str] = []
    agency: str | None = None
    for paragraph in paragraphs:
        if is_promotion(paragraph.text):
            promotions.append(paragraph.text)
        elif is_agency_credit(paragraph.text):
            agency = paragraph.text
        else:
            kept.append(paragraph)
    while kept and kept[-1].kind is ParagraphKind.SUBHEADING:
        kept.pop()
    return tuple(kept), agency, " ".join(dict.fromkeys(promotions)) or None
