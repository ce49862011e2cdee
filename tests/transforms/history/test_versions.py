from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.history.versions import body_hash, content_hash, text_hash
from transforms.records import Article, LeadImage, Paragraph, ParagraphKind

ARTICLE = Article(
    url="https://gull.example/a",
    headline="Café closes",
    standfirst="After forty years.",
    paragraphs=(Paragraph(text="The café closed."), Paragraph(text="It had opened in 1986.")),
)


def with_texts(*texts: str) -> Article:
    return replace(ARTICLE, paragraphs=tuple(Paragraph(text=text) for text in texts))


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(replace(ARTICLE, headline=unicodedata.normalize("NFD", "Café closes")), id="decomposed-accent"),
        pytest.param(with_texts("The café\n  closed. ", "It had opened in\u00a01986."), id="white-space"),
        pytest.param(replace(ARTICLE, url="https://gull.example/b", authors=("A B",)), id="address-and-authors"),
        pytest.param(replace(ARTICLE, title="Café | The Gull", reading_time_minutes=3), id="title-and-reading-time"),
        pytest.param(replace(ARTICLE, lead_image=LeadImage(url="https://gull.example/1.jpg")), id="image-address"),
    ],
)
def test_content_is_the_same_when_a_reader_sees_the_same_words(same: Article) -> None:
    assert content_hash(same) == content_hash(ARTICLE)
    assert body_hash(same) == body_hash(ARTICLE)


@pytest.mark.parametrize(
    ("other", "body_changed"),
    [
        pytest.param(replace(ARTICLE, headline="Café reopens"), False, id="headline"),
        pytest.param(replace(ARTICLE, standfirst=None), False, id="standfirst"),
        pytest.param(replace(ARTICLE, agency_credit="Agencies contributed."), False, id="agency-credit"),
        pytest.param(replace(ARTICLE, lead_image=LeadImage(caption="The café in 1986")), False, id="caption"),
        pytest.param(replace(ARTICLE, lead_image=LeadImage(credit="Gull Pictures")), False, id="credit"),
        pytest.param(with_texts("The café closed. It had opened in 1986."), True, id="paragraphs-joined"),
        pytest.param(with_texts("It had opened in 1986.", "The café closed."), True, id="paragraphs-swapped"),
        pytest.param(
            replace(ARTICLE, paragraphs=tuple(replace(p, kind=ParagraphKind.QUOTE) for p in ARTICLE.paragraphs)),
            False,
            id="kinds-of-paragraphs",
        ),
    ],
)
def test_content_differs_when_a_field_of_it_does(other: Article, body_changed: bool) -> None:
    assert content_hash(other) != content_hash(ARTICLE)
    assert (body_hash(other) != body_hash(ARTICLE)) is body_changed


def test_words_do_not_move_unseen_from_headline_to_standfirst() -> None:
    moved = replace(ARTICLE, headline="Café", standfirst="closes After forty years.")
    assert content_hash(moved) != content_hash(ARTICLE)


@given(st.text())
def test_a_hash_is_sixteen_hexadecimal_digits_and_blind_to_normal_form(text: str) -> None:
    assert len(text_hash(text)) == 16
    assert set(text_hash(text)) <= set("0123456789abcdef")
    assert text_hash(text) == text_hash(unicodedata.normalize("NFC", text)) == text_hash(f" {text}\n")


def test_hashes_stay_the_same_from_release_to_release() -> None:
    """They are stored: another value for the same text would make a new version of every article."""
    assert (text_hash(""), text_hash("The café closed.")) == (EMPTY, CAFE)


EMPTY, CAFE = "e4a6a0577479b2b4", "145c2f52c5b8ddc3"
