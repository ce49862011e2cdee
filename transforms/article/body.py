"""The body of an article: the blocks of the page that are of it, by their features and by what trafilatura finds.

    tree → blocks → chances ─────────────────────────────────────┬→ paragraphs
              └→ where they leave doubt: trafilatura → chances ──┘

A first model gives each block a chance.  Where it leaves doubt, trafilatura reads what may be of the article, and a
second model weighs both.  Where neither finds an article among the blocks, trafilatura's own paragraphs are the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy

import numpy as np
import numpy.typing as npt
import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

from transforms.article.block_features import HEADINGS, BlockFeatures, Floats, key_of
from transforms.article.block_model import block_models
from transforms.article.blocks import IN_LIST, IN_QUOTE, Block, BlockPage, blocks_of
from transforms.article.cleaning import is_agency_credit, is_promotion
from transforms.article.decode import parse_html
from transforms.article.evidence import Found, elements_of
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

_NEVER_TEXT = ("script", "style", "svg", "noscript", "iframe", "template", "select", "link", "meta")
"""Elements that trafilatura drops in any case; without them its copies and searches are faster."""

_BESIDE_TEXT = ("nav", "footer", "aside")
"""Elements that stand beside an article, unless a page's builder put the whole of it into one."""

SCOPE_CHANCE = 0.05
"""Chance below which the first model's word is enough to keep a block from trafilatura."""

_OF_THE_BODY = 0.5
"""Chance from which a block is of the body."""

_LITTLE_DOUBT = 0.2
"""Doubt below which trafilatura is not asked, for it takes half as long again as all the rest: on nineteen pages of
twenty.  On sites that the models have not seen that costs .0005 of body F1 in news.
"""

_NEXT_TO_NOTHING = 100
"""Characters of body below which the second model may not overrule a first one that found more."""

_LINES_BELOW = 3
"""Blocks below the body among which lines of agencies and promotion are the article's."""

_BESIDE = "newsledger-beside"
"""Attribute that marks what is not copied for trafilatura; it is on the tree only while the rest is."""

_beside = etree.XPath(f".//*[@{_BESIDE}]")

_WITHIN_LINES = (
    *("span", "b", "strong", "em", "i", "font", "u", "small", "mark", "abbr", "sup", "sub", "time", "label", "cite"),
)

_blank_line = re.compile(r"\n[ \t]*\n\s*")


def find_body(
    tree: HtmlElement, page: BlockPage, *, title: str = "", standfirst: str = "", stated: str = ""
) -> Found[tuple[Paragraph, ...]]:
    """The article's paragraphs in reading order, () when no body is found.

    `page` holds the blocks of the tree.  The witness is "blocks", or "trafilatura" where it was asked and found at
    least half of the text.  `title` and `standfirst` are the article's, `stated` the text that its JSON-LD holds; ""
    where they are not known.
    """
    features = BlockFeatures(page, title=title, standfirst=standfirst, stated=stated)
    if not len(features.chosen):
        return Found(tuple(paragraphs_of(read_scope(tree, page, features.chosen))), "trafilatura")
    lengths = np.array([len(text) for text in features.texts])
    chances = block_models().first.probabilities(features.first())
    kept = chances > _OF_THE_BODY
    if _doubt(chances, lengths) < _LITTLE_DOUBT:
        return Found(_paragraphs(page, features, kept), "blocks")
    read = read_scope(tree, page, features.chosen[chances > SCOPE_CHANCE])
    found = keys_of(read)
    on_second_thought = block_models().second.probabilities(features.second(chances, found)) > _OF_THE_BODY
    if lengths[on_second_thought].sum() >= min(_NEXT_TO_NOTHING, lengths[kept].sum()):
        kept = on_second_thought
    if not kept.any():
        return Found(tuple(paragraphs_of(read)), "trafilatura")
    agreed = lengths[kept & (features.is_found(found) > 0)].sum()
    witness = "trafilatura" if 2 * agreed >= lengths[kept].sum() else "blocks"
    return Found(_paragraphs(page, features, kept), witness)


def _doubt(chances: Floats, lengths: npt.NDArray[np.int64]) -> float:
    """How much text may have been judged wrongly, as a share of the text that is taken for the body; infinite where
    none is.
    """
    body = lengths[chances > _OF_THE_BODY].sum()
    return float((lengths * np.minimum(chances, 1 - chances)).sum() / body) if body else float("inf")


def _paragraphs(page: BlockPage, features: BlockFeatures, kept: npt.NDArray[np.bool_]) -> tuple[Paragraph, ...]:
    lines = _credits_and_promotion(features.texts, kept)
    return tuple(_paragraph(page.blocks[index]) for index in features.chosen[kept | lines])


def _credits_and_promotion(texts: Sequence[str], kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The lines of agencies and promotion among the blocks of a body and right after it: they are no part of it, and
    told apart from it later, to be kept on the record.
    """
    places = np.flatnonzero(kept)
    lines = np.zeros_like(kept)
    for place in range(places[0], min(places[-1] + 1 + _LINES_BELOW, len(texts))):
        lines[place] = is_promotion(texts[place]) or is_agency_credit(texts[place])
    return lines


def _paragraph(block: Block) -> Paragraph:
    if block.tag in HEADINGS:
        kind = ParagraphKind.SUBHEADING
    elif block.containers & IN_QUOTE:
        kind = ParagraphKind.QUOTE
    elif block.containers & IN_LIST:
        kind = ParagraphKind.LIST_ITEM
    else:
        kind = ParagraphKind.BODY
    return Paragraph(text=block.text, kind=kind)


def blocks_within(tree: HtmlElement) -> BlockPage:
    """The blocks of a page without what stands beside its text; the tree loses it."""
    _strip(tree)
    return blocks_of(tree)


def read_scope(tree: HtmlElement, page: BlockPage, scope: npt.NDArray[np.int64]) -> etree._Element:
    """What trafilatura takes for the body where it sees only the elements around some of the blocks, of the whole tree
    where there are none; an empty element where it finds nothing.
    """
    document = trafilatura.bare_extraction(_scoped(page, scope) if len(scope) else tree, options=_FAST)
    body = getattr(document, "body", None)  # None where nothing is found; bare_extraction may return None as well
    return body if body is not None else etree.Element("body")


def _scoped(page: BlockPage, scope: npt.NDArray[np.int64]) -> HtmlElement:
    """A document of the innermost element around some blocks, with nothing in it but what stands around them.

    Markup within lines goes, too: trafilatura weighs every element, and none of these tells it anything.
    """
    around = {0}
    for index in scope:
        place = page.blocks[index].place
        while place not in around:
            around.add(place)
            place = page.parents[place]
    beside = [
        page.elements[place] for place, parent in enumerate(page.parents) if parent in around and place not in around
    ]
    for element in beside:
        element.set(_BESIDE, "")
    root = parse_html("<body>")
    assert root is not None  # an element is in it
    copied = deepcopy(page.elements[_innermost(page, scope)])
    for element in beside:
        del element.attrib[_BESIDE]
    copied.tail = None
    if copied.tag == "body":
        root.replace(root[0], copied)
    else:
        root[0].append(copied)
    for element in elements_of(_beside, copied):
        element.drop_tree()
    etree.strip_tags(copied, *_WITHIN_LINES)
    return root


def _innermost(page: BlockPage, scope: npt.NDArray[np.int64]) -> int:
    """The place of the innermost element around all of the blocks."""
    inner = page.blocks[int(scope[0])].place
    outward = [inner]
    while page.parents[inner] != inner:
        inner = page.parents[inner]
        outward.append(inner)
    rank = {place: steps for steps, place in enumerate(outward)}
    furthest = 0
    for index in scope[1:]:
        place = page.blocks[index].place
        while place not in rank:
            place = page.parents[place]
        furthest = max(furthest, rank[place])
    return outward[furthest]


def keys_of(body: etree._Element) -> str:
    """The keys of the paragraphs that trafilatura found, parted by spaces."""
    return " ".join(key_of(" ".join(map(str, element.itertext()))) for element in body)


def _strip(tree: HtmlElement) -> None:
    """Drop what is never text, and what stands beside an article where it does not hold most of the page's text."""
    etree.strip_elements(tree, *_NEVER_TEXT, with_tail=False)
    total = len(tree.text_content())
    for element in list(tree.iter(*_BESIDE_TEXT)):
        if 2 * len(element.text_content()) > total:
            element.tag = "div"
    etree.strip_elements(tree, *_BESIDE_TEXT, with_tail=False)


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
