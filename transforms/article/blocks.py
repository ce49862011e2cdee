"""A page's text in blocks: the text between two edges of paragraphs, list items, table rows and boxes, and its place.

Two line breaks in a row part blocks, too: the habit of pages older than their content systems.  The cells of a table's
row make one block, joined by " | ", unless they are so long that the table is the layout of the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from transforms.article.habits import rows, table_names
from transforms.text import squeeze, title_key

SURROUNDINGS = table_names("surroundings")
"""What class names and ids tell of a block's surroundings, in the order of their bits."""

CONTAINERS = ("list", "article", "main", "figure", "table", "quote")
"""What may be around a block at any distance, in the order of their bits."""

IN_LIST, IN_ARTICLE, IN_MAIN, IN_FIGURE, IN_TABLE, IN_QUOTE = (1 << place for place in range(len(CONTAINERS)))
_CONTAINERS = {
    "ul": IN_LIST, "ol": IN_LIST, "dl": IN_LIST,
    "article": IN_ARTICLE, "main": IN_MAIN, "figure": IN_FIGURE, "table": IN_TABLE, "blockquote": IN_QUOTE,
}  # fmt: skip

_BLOCK, _INLINE, _LINK, _BOLD, _CELL, _BREAK, _BUTTON, _UNREAD = range(8)
_KINDS = {
    **dict.fromkeys(
        """
        abbr acronym bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr picture q rb rt rtc ruby s
        samp small source span strike sub sup time tt u var wbr
        """.split(),  # noqa: SIM905 - forty quoted words are no easier to read
        _INLINE,
    ),
    **dict.fromkeys(
        """
        script style noscript template svg iframe select option input textarea object embed canvas audio video map head
        meta link title math datalist rp rt
        """.split(),  # noqa: SIM905 - as above
        _UNREAD,
    ),
    "a": _LINK,
    "b": _BOLD,
    "strong": _BOLD,
    "td": _CELL,
    "th": _CELL,
    "br": _BREAK,
    "button": _BUTTON,
}
"""What elements are to a reader of text; those that are not named begin and end a block."""

_OWN_BLOCK = (_BLOCK, _BUTTON, _CELL)

_BREAK_MARK = "\v"
"""Stands for a br element until a block is cut; white space of the source is none of it."""

_LONGEST_BUTTON = 2_000
"""Characters in a button element above which the page forgot to close it and the article is inside."""

_LONGEST_CELL = 400
"""Characters in a table's cell above which the table is the layout of a page older than style sheets."""

_MOST_BLOCKS = 20_000

_LINES_AFTER, _LINES_BEFORE = 10, 3
"""Blocks after and before the headline among which byline and day stand."""

_LONGEST_LINE = 140
"""Characters of a line that holds them."""

_SURROUNDINGS_OF = {
    word: sum(1 << bit for bit, name in enumerate(SURROUNDINGS) if word in rows("surroundings", name))
    for name in SURROUNDINGS
    for word in rows("surroundings", name)
}
_words = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_blank_line = re.compile(r"\n[ \t]*\n\s*")


@dataclass(slots=True)
class Block:
    """A piece of text on one line.

    `tag` is the element it stands in, `look` that element's name and class below its parent's class, and `place` that
    element's number in `BlockPage.parents`.  `own`, `near` (the two elements above) and `far` (all above) have a bit
    for each of `SURROUNDINGS`; `containers` has the bits of IN_LIST and its like.  `linked` and `bold` are the shares
    of its characters in links and in bold type.
    """

    text: str
    tag: str
    look: str
    place: int
    own: int
    near: int
    far: int
    containers: int
    linked: float
    bold: float


@dataclass(slots=True)
class BlockPage:
    """The blocks of a page in reading order, and the number of the element above each block-level element (the
    topmost is above itself).
    """

    blocks: list[Block]
    parents: list[int]
    elements: list[HtmlElement]


@lru_cache(maxsize=20_000)
def surroundings_of(names: str) -> int:
    """The bits of what a class attribute or id says; the pages of a site share them, hence the cache."""
    bits = 0
    for name in names.split():
        bits |= _surroundings_of_name(name)
    return bits


@lru_cache(maxsize=50_000)
def _surroundings_of_name(name: str) -> int:
    """The bits of one class or id; sites share many."""
    words = [word.lower() for word in _words.findall(name)]
    bits = 0
    for told in (*words, *map("".join, pairwise(words))):
        bits |= _SURROUNDINGS_OF.get(told, 0)
    return bits


def blocks_of(tree: HtmlElement) -> BlockPage:
    """Read the blocks of a page's body; scripts, forms' fields and the like are left out."""
    body = tree.find("body")
    reader = _Reader(body if body is not None else tree)
    reader.read()
    return BlockPage(blocks=reader.blocks, parents=reader.parents, elements=reader.elements)


@dataclass(slots=True)
class _Context:
    """What is known of the block-level element around the text that is being read."""

    tag: str
    names: str
    look: str
    place: int
    own: int
    near: int
    above: int
    far: int
    containers: int


class _Reader:
    """Walks a tree once and cuts its text into blocks."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self.blocks: list[Block] = []
        self.parents: list[int] = [0]
        self.elements: list[HtmlElement] = [root]

    def read(self) -> None:  # noqa: C901 - a call for each of a thousand elements is half its time
        """Fill `blocks`, `parents` and `elements`."""
        tag = str(self._root.tag)
        context = _Context(tag=tag, names="", look=tag, place=0, own=0, near=0, above=0, far=0, containers=0)
        above: list[_Context] = []
        texts: list[str] = []
        links = bolds = linked = bold = 0
        skipped: HtmlElement | None = None
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            kind = _KINDS.get(tag, _BLOCK)
            if event == "start":
                if kind == _UNREAD or (kind == _BUTTON and _is_closed(element)):
                    skipped = element
                    walk.skip_subtree()
                    continue
                if kind == _BREAK:
                    texts.append(_BREAK_MARK)
                elif kind == _CELL and not _is_layout(element):
                    if texts:
                        texts.append(" | ")
                elif kind == _LINK:
                    links += element.get("href") is not None
                elif kind == _BOLD:
                    bolds += 1
                elif kind in _OWN_BLOCK and element is not self._root:
                    if texts:
                        self._end(texts, context, linked, bold)
                        linked = bold = 0
                    above.append(context)
                    context = self._inner(element, tag, context)
                text = element.text
            else:
                text = element.tail
                if element is skipped:
                    skipped = None
                elif kind == _LINK:
                    links -= element.get("href") is not None
                elif kind == _BOLD:
                    bolds -= 1
                elif above and element is self.elements[context.place]:
                    if texts:
                        self._end(texts, context, linked, bold)
                        linked = bold = 0
                    context = above.pop()
                    if len(self.blocks) > _MOST_BLOCKS:
                        return
            if text and (texts or not text.isspace()):  # most text lies between two blocks, and is white space
                texts.append(text)
                if links:
                    linked += len(text.strip())
                if bolds:
                    bold += len(text.strip())
        if texts:
            self._end(texts, context, linked, bold)

    def _inner(self, element: HtmlElement, tag: str, context: _Context) -> _Context:
        names, identifier = element.get("class") or "", element.get("id")
        own = surroundings_of(f"{names} {identifier}" if identifier else names)
        self.parents.append(context.place)
        self.elements.append(element)
        return _Context(
            tag=tag,
            names=names,
            look=f"{context.names}>{tag}.{names}",
            place=len(self.parents) - 1,
            own=own,
            near=context.own | context.above,
            above=context.own,
            far=context.far | own,
            containers=context.containers | _CONTAINERS.get(tag, 0),
        )

    def _end(self, texts: list[str], context: _Context, linked: int, bold: int) -> None:
        """Make a block, or several, of the text that was read, and forget it."""
        run = "".join(texts)
        texts.clear()
        if run.isspace():
            return
        has_breaks = _BREAK_MARK in run
        for part in _blank_line.split(run.replace("\n", " ").replace(_BREAK_MARK, "\n")) if has_breaks else (run,):
            text = squeeze(part).strip("| ")
            if text:
                self.blocks.append(
                    Block(
                        text,
                        context.tag,
                        context.look,
                        context.place,
                        context.own,
                        context.near,
                        context.far,
                        context.containers,
                        min(1.0, linked / len(text)),
                        min(1.0, bold / len(text)),
                    )
                )


def _is_layout(cell: HtmlElement) -> bool:
    """Whether a table's cell holds a part of the page instead of a figure or a word."""
    return len(cell.text_content()) > _LONGEST_CELL


def _is_closed(button: HtmlElement) -> bool:
    """Whether a button is one: an element that the page forgot to close holds the article."""
    return len(button.text_content()) < _LONGEST_BUTTON


def lines_beside(headline: str, blocks: Sequence[Block]) -> list[str]:
    """The short blocks after the headline and then those before it, the nearest first: there pages say who wrote the
    article and when.
    """
    key, length = title_key(headline), len(headline)
    at = next(
        (
            place
            for place, block in enumerate(blocks)
            if length < 2 * len(block.text) + 9 and len(block.text) < 2 * length + 9 and title_key(block.text) == key
        ),
        None,
    )
    if at is None or not key:
        return []
    after, before = blocks[at + 1 : at + 1 + _LINES_AFTER], blocks[max(0, at - _LINES_BEFORE) : at]
    return [block.text for block in (*after, *reversed(before)) if len(block.text) < _LONGEST_LINE]
