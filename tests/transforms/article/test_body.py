from __future__ import annotations

import pytest
from lxml import etree

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
