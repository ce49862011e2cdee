"""The body of an article: trafilatura finds it, we read its paragraphs from the tree it returns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

from transforms.article.structured_data import Node
from transforms.records import Paragraph, ParagraphKind
from transforms.text import plain_text, squeeze

_KINDS = {"head": ParagraphKind.SUBHEADING, "quote": ParagraphKind.QUOTE, "item": ParagraphKind.LIST_ITEM}
"""Elements of trafilatura's tree that make a paragraph something other than body."""

_BLOCKS = frozenset({"p", "head", "quote", "list", "item", "table", "row", "code", "body", "div"})
"""Elements of trafilatura's tree whose edges end a paragraph."""

_FAST = Extractor(output_format="xml", fast=True, comments=False)
"""Leaves out the comparison with readability and jusText: about 35 % of the time, at no measurable loss on most news
pages.  The "xml" format spares the rendering of a text that we do not use."""

_THOROUGH = Extractor(output_format="xml", fast=False, comments=False)

_NEVER_TEXT = ("script", "style", "svg", "noscript", "iframe", "template", "select", "link", "meta")
"""Elements that trafilatura drops in any case; without them its copies and searches are faster."""

_BESIDE_TEXT = ("nav", "footer", "aside")
"""Elements that stand beside an article, unless a page's builder put the whole of it into one."""

_LONG_PARAGRAPH = 80
"""Characters from which the text of a p element is taken for running text."""

_SHARE_FOUND = 0.37
"""Share of the page's running text below which a body is doubted."""

_SHARE_GAINED = 1.5
"""How much longer the thorough reading's body must be to go before the fast one's."""

_blank_line = re.compile(r"\n[ \t]*\n\s*")


def find_body(tree: HtmlElement) -> tuple[Paragraph, ...]:
    """The article's paragraphs in reading order, () when no body is found.

    The tree loses its scripts and other elements that are never text.  Where the fast reading finds little of what
    the page has in paragraphs, a thorough one is tried: it costs twice the time, for one page in ten.
    """
    _strip(tree)
    running = sum(length for paragraph in tree.iter("p") if (length := len(paragraph.text_content())) > _LONG_PARAGRAPH)
    found = _read(tree, _FAST)
    length = _length(found)
    if length < _SHARE_FOUND * running:
        thorough = _read(tree, _THOROUGH)
        if _length(thorough) > _SHARE_GAINED * length:
            return thorough
    return found


def _strip(tree: HtmlElement) -> None:
    """Drop what is never text, and what stands beside an article where it does not hold most of the page's text."""
    etree.strip_elements(tree, *_NEVER_TEXT, with_tail=False)
    total = len(tree.text_content())
    for element in list(tree.iter(*_BESIDE_TEXT)):
        if 2 * len(element.text_content()) > total:
            element.tag = "div"
    etree.strip_elements(tree, *_BESIDE_TEXT, with_tail=False)


def _read(tree: HtmlElement, options: Extractor) -> tuple[Paragraph, ...]:
    document = trafilatura.bare_extraction(tree, options=options)
    body = getattr(document, "body", None)  # None where nothing is found; bare_extraction may return None as well
    return tuple(paragraphs_of(body)) if body is not None else ()


def _length(paragraphs: tuple[Paragraph, ...]) -> int:
    return sum(len(paragraph.text) for paragraph in paragraphs)


def stated_body(node: Node) -> tuple[Paragraph, ...]:
    """The paragraphs of the article's text where its JSON-LD holds it (schema.org articleBody)."""
    stated = node.get("articleBody")
    text = stated if isinstance(stated, str) else ""
    return tuple(
        Paragraph(text=line) for part in re.split(r"\n+|</p>|<br\s*/?>\s*<br", text) if (line := plain_text(part))
    )


def paragraphs_of(body: etree._Element) -> Iterator[Paragraph]:
    """Read paragraphs from trafilatura's element tree.

    Two line breaks in a row part paragraphs: the habit of pages older than their content systems.  The cells of a
    table row are joined by " | ".
    """
    texts: list[str] = []
    open_kinds: list[ParagraphKind] = []

    def flush() -> Iterator[Paragraph]:
        run = "".join(texts)
        texts.clear()
        kind = open_kinds[-1] if open_kinds else ParagraphKind.BODY
        yield from (Paragraph(text=text, kind=kind) for text in _parted(run))

    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            if element.tag in _BLOCKS:
                yield from flush()
            if element.tag in _KINDS:
                open_kinds.append(_KINDS[element.tag])
            texts.append(_folded(element.text))
            continue
        if element.tag in _BLOCKS:
            yield from flush()
        elif element.tag == "lb":
            texts.append("\n")
        elif element.tag == "cell":
            texts.append(" | ")
        if element.tag in _KINDS:
            open_kinds.pop()
        texts.append(_folded(element.tail))
    yield from flush()


def _parted(run: str) -> Iterator[str]:
    if run and not run.isspace():  # two blocks of three are empty
        yield from (text for part in _blank_line.split(run) if (text := squeeze(part).strip("| ")))


def _folded(text: str | None) -> str:
    """White space in the source is a space; only line break elements break lines."""
    return re.sub(r"\s+", " ", text) if text else ""
