"""Documents in the schema's plain-text layout: `render` writes one, `parse` reads one.

    page title
                                        (blank)
    headline
    standfirst
    2 min read
    lead-image caption [credit]
                                        (blank)
    first paragraph
                                        (blank)
    …
                                        (blank)
    agency credit
                                        (blank)
    promotion line                      (no line break after it)

A missing title or headline is an empty line; a missing standfirst or caption is no line, and the reading-time line,
which is always there, tells the two apart.  The lines after the last paragraph are known by what they say
(`transforms.article.cleaning`).  Where that would mislead, the layout says it by position:

- the last bracket group of the caption line is the credit; empty brackets say that there is none, so a caption that
  ends in a bracket of its own is followed by ` []`, and a standfirst that reads like a reading time, with no caption,
  has the line `[]` below the reading time;
- two blank lines after the body say that what follows is the agency credit and then the promotion line, whatever
  they read like; four blank lines, that there is only a promotion line; two at the end of the text, that there is
  neither.

What the layout cannot carry is normalised by `render`: line breaks inside a text become spaces, blank texts are left
out, square brackets that do not pair up within a credit become round ones.  Kinds of paragraphs, and whether a
reading time was computed, are not carried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from transforms.article.cleaning import is_agency_credit, is_promotion
from transforms.errors import DocumentError
from transforms.records import Article, BodySource, LeadImage, Paragraph

WORDS_PER_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""

_reading_time = re.compile(r"([0-9]{1,6}) min read")
_long_gap = re.compile(r"\n{3,}")


def reading_minutes(words: int) -> int:
    """Minutes it takes to read so many words, at least one."""
    return max(1, round(words / WORDS_PER_MINUTE))


# ---------------------------------------------------------------- writing


def render(article: Article) -> str:
    """Write an article in the layout, without a line break at the end.

    The title and the headline stand in for nothing: a missing one is an empty line.
    """
    head = "\n".join([_line(article.title) or "", "", _line(article.headline) or "", *_head_lines(article)])
    body = [line for paragraph in article.paragraphs if (line := _line(paragraph.text))]
    agency, promotion = _line(article.agency_credit), _line(article.promotion)
    blocks = [*body, *(line for line in (agency, promotion) if line)]
    if _by_wording(blocks) == (body, agency, promotion):
        return "\n\n".join([head, *blocks])
    tail = (agency or "") + (f"\n\n{promotion}" if promotion else "")
    return "\n\n".join([head, *body]) + "\n\n\n" + tail


def _line(text: str | None) -> str | None:
    """The text on one line; None when there is nothing to see."""
    if text is None or not text.strip():
        return None
    return re.sub(r"[\r\n]+", " ", text)


def _head_lines(article: Article) -> list[str]:
    minutes = article.reading_time_minutes
    if minutes is None:
        minutes = reading_minutes(sum(len(paragraph.text.split()) for paragraph in article.paragraphs))
    standfirst = _line(article.standfirst)
    image = article.lead_image or LeadImage()
    caption = _caption_line(_line(image.caption), _line(image.credit))
    if caption is None and standfirst and _reading_time.fullmatch(standfirst):
        caption = "[]"
    return [line for line in (standfirst, f"{minutes} min read", caption) if line is not None]


def _caption_line(caption: str | None, credit: str | None) -> str | None:
    if credit is not None and not _pairs_up(credit):
        credit = credit.replace("[", "(").replace("]", ")")
    if credit is None:
        return f"{caption} []" if caption is not None and caption.endswith("]") else caption
    return f"[{credit}]" if caption is None else f"{caption} [{credit}]"


def _pairs_up(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if depth < 0:
            return False
    return depth == 0


# ---------------------------------------------------------------- reading


def parse(text: str, *, url: str = "") -> Article:
    """Read a document in the layout; its characters stay as they are.

    Line ends may be LF or CRLF.  All paragraphs come back as body.

    Raises DocumentError when the first lines are not title, blank, headline and, before the next blank line, the
    reading time with at most one line before it and one after it.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) < 4 or lines[1].strip():
        raise DocumentError(
            f"{_name(url)} does not begin as a document: line 1 should be the page title, line 2 blank, "
            "line 3 the headline. Put them there."
        )
    end = next((n for n, line in enumerate(lines) if n > 2 and not line.strip()), len(lines))
    standfirst, minutes, caption, credit = _read_head(lines[3:end], url)
    paragraphs, agency, promotion = _read_rest(["", *lines[end:]])
    carried: dict[str, Any] = {
        "title": _filled(lines[0]),
        "headline": _filled(lines[2]),
        "standfirst": standfirst,
        "reading_time_minutes": minutes,
        "lead_image": LeadImage(caption=caption, credit=credit) if caption or credit else None,
        "paragraphs": tuple(Paragraph(text=paragraph) for paragraph in paragraphs),
        "agency_credit": agency,
        "promotion": promotion,
    }
    witnesses = {name: "document" for name, value in carried.items() if value}
    return Article(url=url, body_source=BodySource.DOCUMENT, witnesses=witnesses, **carried)


def _filled(line: str) -> str | None:
    return line if line.strip() else None


def _name(url: str) -> str:
    return f"The document {url}" if url else "The document"


def _read_head(lines: Sequence[str], url: str) -> tuple[str | None, int, str | None, str | None]:
    """Standfirst, minutes, caption and credit from the lines below the headline."""
    places = range(1, 2) if len(lines) == 3 else range(len(lines))
    found = ((place, _reading_time.fullmatch(lines[place])) for place in places)
    place, match = next(((place, match) for place, match in found if match), (0, None))
    if match is None or len(lines) > 3:
        raise DocumentError(
            f"{_name(url)} has no readable head: below the headline come a standfirst (if any), a reading time such as "
            f'"2 min read", and a caption (if any), then a blank line; found {len(lines)} lines. '
            "Add the reading time, or the blank line."
        )
    caption, credit = _read_caption(lines[place + 1]) if place + 1 < len(lines) else (None, None)
    return (lines[0] if place else None), int(match[1]), caption, credit


def _read_caption(line: str) -> tuple[str | None, str | None]:
    start = _opening_bracket(line)
    if start is None or (start and line[start - 1] != " "):
        return line, None
    caption, credit = line[: max(start - 1, 0)], line[start + 1 : -1]
    return _filled(caption), _filled(credit)


def _opening_bracket(line: str) -> int | None:
    """Where the bracket group that ends the line begins."""
    if not line.endswith("]"):
        return None
    depth = 0
    for place in range(len(line) - 1, -1, -1):
        depth += (line[place] == "]") - (line[place] == "[")
        if depth == 0:
            return place
    return None


def _read_rest(lines: Sequence[str]) -> tuple[list[str], str | None, str | None]:
    """Paragraphs, agency credit and promotion from what stands below the head."""
    text = "\n".join(_filled(line) or "" for line in lines)
    gaps = list(_long_gap.finditer(text))
    if gaps:
        tail = _blocks(text[gaps[-1].end() :])
        width = gaps[-1].end() - gaps[-1].start()
        if len(tail) <= (1 if width >= 5 else 2):
            agency = tail.pop(0) if tail and width < 5 else None
            return _blocks(text[: gaps[-1].start()]), agency, tail[0] if tail else None
    return _by_wording(_blocks(text))


def _blocks(text: str) -> list[str]:
    return [" ".join(block.split("\n")) for block in re.split(r"\n{2,}", text.strip("\n")) if block]


def _by_wording(blocks: Sequence[str]) -> tuple[list[str], str | None, str | None]:
    """Part the last blocks from the body by what they say."""
    rest = list(blocks)
    promotion = rest.pop() if rest and is_promotion(rest[-1]) else None
    agency = rest.pop() if rest and is_agency_credit(rest[-1]) else None
    return rest, agency, promotion
