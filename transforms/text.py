"""Text as a reader sees it: markup out, character references undone, white space folded.

Nothing here builds a tree: input may be hostile (50,000 nested elements, 200,000 stray "<"), so every pass is linear.
The result is text and must be shown as text; it is not safe to be put into a page unescaped.
"""

from __future__ import annotations

import html
import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)[^<>]*>|<\?xml:namespace[^<>]*>")
"""Element tags, and what Word leaves in pasted text.  Other declarations and instructions are no markup of a line of
text: where one stands in a title, the title speaks of it."""
_ANY_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_UNREAD_START = re.compile(r"<(!--|(?:script|style|template|noscript)(?=[\s/>]))", re.IGNORECASE)

_MAX_ESCAPINGS = 3
"""Feeds escape titles up to three times over ("Tom &amp;amp;amp; Jerry"); each round undoes one."""

_INLINE = frozenset(
    """
    abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub tt u
    var wbr
    """.split()  # noqa: SIM905 - thirty quoted words are no easier to read
)
"""Elements that stand inside a word or line: their tags go without leaving a space.

`sup` is none of them: "10<sup>6</sup>" and a footnote mark after a year would become other numbers.  Nor is `a`: two
links side by side are two phrases.
"""

_REPAIRS = {
    **{code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)},
    **dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F], ""),
    **dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF], ""),
}
"""Windows-1252 punctuation sent as C1 controls is put right (as HTML does); controls and invisible breaks go.

The zero-width joiners stay: Persian and the Indic scripts spell with them.  The bidirectional marks stay as well.
"""


_IN_NEED_OF_REPAIR = re.compile("[" + "".join(map(re.escape, map(chr, _REPAIRS))) + "]")


def squeeze(text: str) -> str:
    """Return `text` on one line, with single spaces, without control characters, in Unicode's composed form (NFC)."""
    if _IN_NEED_OF_REPAIR.search(text):  # one text in fifty: translating all of them takes four times as long
        text = text.translate(_REPAIRS)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def plain_text(html_or_text: str) -> str:
    """Return what a reader sees of a piece of HTML, or of text that may hold some, on one line.

    Tags, comments, scripts and styles go; character references are undone, also where they were escaped more than
    once.  A "<" that opens no tag ("2 < 3", "<3") is text and stays.
    """
    text = html_or_text
    for _ in range(_MAX_ESCAPINGS):
        text = _without_markup(text)
        if not _ANY_REFERENCE.search(text):
            break
        text = html.unescape(text)
    else:
        text = _without_markup(text)
    return squeeze(text)


def title_key(title: str) -> str:
    """Return the words of `title` in lower case, for comparing titles; punctuation and spacing do not count."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", title).casefold()))


def _without_markup(text: str) -> str:
    if "<" not in text:
        return text
    return _TAG.sub(_tag_as_space, _without_unread(text))


def _tag_as_space(tag: re.Match[str]) -> str:
    return "" if (tag[1] or "").lower() in _INLINE else " "


def _without_unread(text: str) -> str:
    """Drop comments and the elements whose content is not read (scripts, styles), closed or not."""
    kept = []
    at = 0
    while start := _UNREAD_START.search(text, at):
        kept.append(text[at : start.start()])
        name = start[1].lower()
        closing = "-->" if name == "!--" else f"</{name}"
        end = re.compile(re.escape(closing), re.IGNORECASE).search(text, start.end())
        if end is None:
            return "".join(kept)
        at = end.start() if name != "!--" else end.end()
    kept.append(text[at:])
    return "".join(kept)


def counted(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun: "1 page", "2 pages"; `more` is the plural where it is not `one` with an s."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def as_sentence(text: str) -> str:
    """Return a reason as a sentence: a capital first, and an end; an empty one stays empty."""
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
