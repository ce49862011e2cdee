"""Plain text out of markup and half-markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text import counted, plain_text, squeeze, title_key


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("Council <b>votes</b> tonight", "Council votes tonight", id="tags-go"),
        pytest.param("<i>The Ferry</i>’s captain", "The Ferry’s captain", id="inline-tags-leave-no-space"),
        pytest.param("<p>One.</p><p>Two.</p>", "One. Two.", id="block-tags-leave-a-space"),
        pytest.param("10<sup>6</sup> litres", "10 6 litres", id="a-superscript-makes-no-other-number"),
        pytest.param("<a>Harbour</a><a>Town</a>", "Harbour Town", id="two-links-are-two-phrases"),
        pytest.param("How to write <?xml?> and <!DOCTYPE x>", "How to write <?xml?> and <!DOCTYPE x>", id="no-element"),
        pytest.param('Tide<?xml:namespace prefix="o" /> table', "Tide table", id="left-by-a-word-processor"),
        pytest.param("<scripted> scenes", "scenes", id="a-name-that-begins-like-script"),
        pytest.param("One<br>two", "One two", id="a-line-break-leaves-a-space"),
        pytest.param("Fish &amp; chips", "Fish & chips", id="reference"),
        pytest.param("Fish &amp;amp; chips", "Fish & chips", id="escaped-twice"),
        pytest.param("Fish &amp;amp;amp; chips", "Fish & chips", id="escaped-three-times"),
        pytest.param("&lt;b&gt;Storm&lt;/b&gt; nears", "Storm nears", id="escaped-markup-goes-too"),
        pytest.param("Turnout 2 < 3 and <3", "Turnout 2 < 3 and <3", id="a-less-than-sign-stays"),
        pytest.param("R&D spending", "R&D spending", id="a-bare-ampersand-stays"),
        pytest.param("Vote<script>steal()</script> now", "Vote now", id="script-goes-with-its-text"),
        pytest.param("Vote &lt;script&gt;steal()&lt;/script&gt; now", "Vote now", id="escaped-script-too"),
        pytest.param("Vote <script>steal()", "Vote", id="unclosed-script"),
        pytest.param("Vote <!-- draft --> now", "Vote now", id="comment"),
        pytest.param('<img src=x onerror="steal()">Vote', "Vote", id="event-handler"),
        pytest.param(" Vote\n\t now ", "Vote now", id="white-space-folds"),
        pytest.param("Vote&nbsp;now", "Vote now", id="no-break-space"),
        pytest.param("\x93Quoted\x94 \x96 dash", "“Quoted” – dash", id="windows-1252-controls-are-put-right"),
        pytest.param("so\u00adlu\u200btion\ufeff", "solution", id="invisible-breaks-go"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="persian-keeps-its-joiner"),
        pytest.param("Cafe\u0301", "Café", id="composed"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("hostile", "text"),
    [
        pytest.param("<" * 200_000, "<" * 200_000, id="less-than-signs"),
        pytest.param("<b " * 200_000, ("<b " * 200_000).strip(), id="unclosed-tags"),
        pytest.param("a<script>" * 50_000, "a", id="unclosed-scripts"),
        pytest.param("a<!--" * 100_000, "a", id="unclosed-comments"),
        pytest.param("&lt;" * 100_000, "<" * 100_000, id="references"),
        pytest.param("<div>" * 50_000 + "a", "a", id="nesting"),
    ],
)
def test_hostile_markup_is_read_in_one_pass(hostile: str, text: str) -> None:
    # Whatever is quadratic in the input takes minutes here.
    assert plain_text(hostile) == text


@given(st.text())
def test_squeezed_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    squeezed = squeeze(text)
    assert squeeze(squeezed) == squeezed
    assert "\n" not in squeezed


def test_a_title_key_ignores_case_punctuation_and_spacing() -> None:
    assert title_key("  “Storm” nears: CITY braces! ") == title_key("Storm nears – city braces")
    assert title_key("Storm nears city") != title_key("Storm leaves city")


@pytest.mark.parametrize(
    ("count", "words", "told"),
    [
        pytest.param(0, ("page",), "0 pages", id="none"),
        pytest.param(1, ("page",), "1 page", id="one"),
        pytest.param(2, ("page",), "2 pages", id="two"),
        pytest.param(1, ("batch", "batches"), "1 batch", id="one-with-its-own-plural"),
        pytest.param(3, ("batch", "batches"), "3 batches", id="three-with-their-own-plural"),
    ],
)
def test_a_count_and_its_noun_agree(count: int, words: tuple[str, ...], told: str) -> None:
    assert counted(count, *words) == told
