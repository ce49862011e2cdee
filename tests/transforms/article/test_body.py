from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import trafilatura
from lxml import etree
from lxml.html import HtmlElement, tostring

from transforms.article.body import blocks_within, find_body, paragraphs_of
from transforms.article.decode import parse_html
from transforms.records import ParagraphKind

BODY, HEADING, QUOTE, ITEM = (
    ParagraphKind.BODY,
    ParagraphKind.SUBHEADING,
    ParagraphKind.QUOTE,
    ParagraphKind.LIST_ITEM,
)
FIRST = "The council voted late on Tuesday to keep the harbour crane where it stands, after a debate of four hours."
SECOND = "Supporters said that the crane, built in 1911, is the last of its kind on this coast and draws visitors."


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        pytest.param("<p>a <hi>b</hi>\n c</p><p>d</p>", [(BODY, "a b c"), (BODY, "d")], id="inline-elements"),
        pytest.param("<p>a<lb/>b<lb/> <lb/>c</p>", [(BODY, "a b"), (BODY, "c")], id="two-line-breaks-part"),
        pytest.param(
            "<head>a</head>tail<p>b</p>", [(HEADING, "a"), (BODY, "tail"), (BODY, "b")], id="text-after-a-block"
        ),
        pytest.param("<quote><p>a</p><p>b</p></quote>", [(QUOTE, "a"), (QUOTE, "b")], id="quote-of-two-paragraphs"),
        pytest.param(
            "<list><item>a<list><item>b</item></list></item><item>c</item></list>",
            [(ITEM, "a"), (ITEM, "b"), (ITEM, "c")],
            id="nested-list",
        ),
        pytest.param(
            "<table><row><cell>a</cell><cell>b</cell></row><row><cell>c</cell></row></table>",
            [(BODY, "a | b"), (BODY, "c")],
            id="a-row-is-a-paragraph",
        ),
        pytest.param("<p> </p><p><lb/></p>", [], id="nothing-to-see"),
    ],
)
def test_paragraphs_are_read_from_the_element_tree(xml: str, expected: list[tuple[ParagraphKind, str]]) -> None:
    tree = etree.fromstring(f"<body>{xml}</body>")
    assert [(paragraph.kind, paragraph.text) for paragraph in paragraphs_of(tree)] == expected


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<aside><h1>Crane stays</h1>{text}</aside>", id="in-an-aside"),
        pytest.param("<nav>{text}</nav>", id="in-a-nav"),
        pytest.param("<footer><p>Imprint</p></footer><article>{text}</article>", id="beside-a-footer"),
    ],
)
def test_a_text_is_found_whatever_its_builder_put_it_into(page: str) -> None:
    text = f"<p>{FIRST}</p><p>{SECOND}</p>"
    tree = parse_html(f"<html><body>{page.format(text=text)}</body></html>")
    assert tree is not None
    assert [paragraph.text for paragraph in find_body(tree, blocks_within(tree)).value][-2:] == [FIRST, SECOND]


class Body(NamedTuple):
    """What was found, what gave it, and what trafilatura was shown."""

    texts: list[str]
    witness: str
    seen: list[str]


class Chances:
    """Stands in for a model: gives the blocks of a page the chances that a test wants."""

    def __init__(self, *chances: float) -> None:
        self._chances = np.array(chances, np.float32)

    def probabilities(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        assert len(features) == len(self._chances)
        return self._chances


def body_of(monkeypatch: pytest.MonkeyPatch, first: Sequence[float], second: Sequence[float] = ()) -> Body:
    """The body of a page of four blocks, where the models give these chances."""
    seen: list[str] = []
    real = trafilatura.bare_extraction

    def watched(tree: HtmlElement, **options: Any) -> Any:
        seen.append(tostring(tree, encoding="unicode"))
        return real(tree, **options)

    models = SimpleNamespace(first=Chances(*first), second=Chances(*second))
    monkeypatch.setattr("transforms.article.body.block_models", lambda: models)
    monkeypatch.setattr("trafilatura.bare_extraction", watched)
    text = f"<p>{FIRST}</p><p><span>{SECOND}</span></p><section><p>{FIRST} And more of it.</p></section>"
    tree = parse_html(f"<html><body><div>{text}</div><div><p>{FIRST} And elsewhere.</p></div></body></html>")
    assert tree is not None
    found = find_body(tree, blocks_within(tree))
    assert "newsledger" not in tostring(tree, encoding="unicode")
    return Body([paragraph.text for paragraph in found.value], found.witness, seen)


def test_where_the_first_model_is_certain_trafilatura_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert body_of(monkeypatch, [0.99, 0.98, 0.01, 0.01]) == Body([FIRST, SECOND], "blocks", [])


def test_where_it_is_in_doubt_trafilatura_sees_what_may_be_of_the_article(monkeypatch: pytest.MonkeyPatch) -> None:
    body = body_of(monkeypatch, [0.6, 0.4, 0.01, 0.01], [0.9, 0.9, 0.1, 0.1])
    assert (body.texts, body.witness) == ([FIRST, SECOND], "trafilatura")
    [seen] = body.seen
    assert FIRST in seen
    assert SECOND in seen
    assert "And more of it" not in seen
    assert "And elsewhere" not in seen
    assert "<span" not in seen


def test_what_trafilatura_did_not_find_is_not_its_body(monkeypatch: pytest.MonkeyPatch) -> None:
    assert body_of(monkeypatch, [0.6, 0.4, 0.01, 0.01], [0.1, 0.1, 0.1, 0.9]).witness == "blocks"


def test_a_second_model_that_leaves_next_to_nothing_does_not_overrule(monkeypatch: pytest.MonkeyPatch) -> None:
    assert body_of(monkeypatch, [0.6, 0.4, 0.4, 0.4], [0.1, 0.1, 0.1, 0.1]).texts == [FIRST]


def test_where_neither_model_finds_a_block_the_body_is_trafilaturas(monkeypatch: pytest.MonkeyPatch) -> None:
    body = body_of(monkeypatch, [0.4, 0.4, 0.4, 0.4], [0.1, 0.1, 0.1, 0.1])
    assert body.witness == "trafilatura"
    assert FIRST in body.texts
