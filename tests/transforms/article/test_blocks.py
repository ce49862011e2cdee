from __future__ import annotations

import pytest

from transforms.article.blocks import IN_ARTICLE, IN_LIST, IN_QUOTE, SURROUNDINGS, Block, blocks_of, lines_beside
from transforms.article.decode import parse_html


def blocks(body: str) -> list[Block]:
    tree = parse_html(f"<html><body>{body}</body></html>")
    assert tree is not None
    return blocks_of(tree).blocks


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<p>a <b>b</b>\n c</p><p>d</p>", [("p", "a b c"), ("p", "d")], id="paragraphs-and-lines-in-them"),
        pytest.param("<div>a<p>b</p>c</div>", [("div", "a"), ("p", "b"), ("div", "c")], id="text-beside-a-paragraph"),
        pytest.param("<div>a<br><br>b<br>c</div>", [("div", "a"), ("div", "b c")], id="two-line-breaks"),
        pytest.param("<ul><li>a</li><li><p>b</p></li></ul>", [("li", "a"), ("p", "b")], id="list"),
        pytest.param(
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            [("tr", "a | b"), ("tr", "c")],
            id="a-row-is-a-block",
        ),
        pytest.param(
            f"<table><tr><td>a</td><td>{'long text ' * 50}</td><td>b</td></tr></table>",
            [("tr", "a"), ("td", ("long text " * 50).strip()), ("tr", "b")],
            id="a-table-for-the-layout",
        ),
        pytest.param(
            "<p>a<script>x</script><style>y</style><noscript>z</noscript> b</p><select><option>q</option></select>",
            [("p", "a b")],
            id="what-nobody-reads",
        ),
        pytest.param("<p>a</p><button>Share</button><p>b</p>", [("p", "a"), ("p", "b")], id="a-button"),
        pytest.param(
            f"<button>Menu<p>{'long text ' * 250}</p>", [("p", ("long text " * 250).strip())], id="a-button-left-open"
        ),
        pytest.param("<p> \n </p><p>|</p>", [], id="nothing-to-read"),
    ],
)
def test_a_pages_text_is_cut_at_the_edges_of_blocks(body: str, expected: list[tuple[str, str]]) -> None:
    found = [(block.tag, block.text) for block in blocks(body)]
    assert found[-len(expected) :] == expected if expected else found == []


def test_a_block_knows_what_is_around_it() -> None:
    [title, quote, item] = blocks(
        '<article class="story"><h2>T</h2><blockquote><p>Q</p></blockquote>'
        '<div class="related-links"><ul><li class="teaser">I</li></ul></div></article>'
    )
    assert (title.containers, quote.containers, item.containers) == (
        IN_ARTICLE,
        IN_ARTICLE | IN_QUOTE,
        IN_ARTICLE | IN_LIST,
    )
    related, stories = (1 << SURROUNDINGS.index(name) for name in ("related", "stories"))
    assert (title.own, title.near & stories, title.far & stories) == (0, stories, stories)
    assert item.own & related
    assert item.near & related
    assert not item.near & stories, "three elements up is far"
    assert item.far & stories


def test_links_and_bold_type_count_by_their_characters() -> None:
    [block] = blocks('<p>abcd<a href="/x">efgh</a> <b>ij</b><a>kl</a></p>')
    assert block.text == "abcdefgh ijkl"
    assert (round(block.linked * 13), round(block.bold * 13)) == (4, 2)


def test_the_lines_beside_a_headline_are_those_after_it_and_then_those_before_it() -> None:
    page = blocks(
        "<p>News</p><p>Harbour</p><h1>Crane stays</h1><p>By Ines Okafor</p><p>" + "long " * 40 + "</p><p>2 March</p>"
    )
    assert lines_beside("Crane Stays!", page) == ["By Ines Okafor", "2 March", "Harbour", "News"]
    assert lines_beside("Another headline", page) == []
    assert lines_beside("", page) == []


def test_a_page_of_endless_blocks_is_read_up_to_a_limit() -> None:
    assert len(blocks("<p>a</p>" * 30_000)) == 20_001
