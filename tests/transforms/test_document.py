from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.document import parse, reading_minutes, render
from transforms.errors import DocumentError
from transforms.records import Article, BodySource, LeadImage, Paragraph, ParagraphKind

DOCUMENTS = Path(__file__).parents[1] / "golden" / "documents"

HEAD = "Page\n\nHeadline\n2 min read"


def article(**fields: Any) -> Article:
    """An article of one paragraph, with the image's fields and the paragraphs' texts given plainly."""
    image = LeadImage(caption=fields.pop("caption", None), credit=fields.pop("credit", None))
    texts = fields.pop("texts", ["One sentence."])
    defaults = {"title": "Page", "headline": "Headline", "reading_time_minutes": 2}
    paragraphs = tuple(Paragraph(text=text) for text in texts)
    return Article(url="", paragraphs=paragraphs, lead_image=image, **{**defaults, **fields})


def carried(of: Article) -> dict[str, Any]:
    """The fields that the layout carries."""
    image = of.lead_image or LeadImage()
    return {
        "title": of.title,
        "headline": of.headline,
        "standfirst": of.standfirst,
        "minutes": of.reading_time_minutes,
        "caption": image.caption,
        "credit": image.credit,
        "texts": [paragraph.text for paragraph in of.paragraphs],
        "agency_credit": of.agency_credit,
        "promotion": of.promotion,
    }


def test_the_reference_document_reads_field_by_field() -> None:
    read = parse((DOCUMENTS / "ferry.txt").read_text("utf-8"), url="document:papers/ferry")
    assert carried(read) | {"texts": len(read.paragraphs)} == {
        "title": "Ferry strike ends after eleven days - The Northern Gull",
        "headline": "Ferry strike ends after eleven days",
        "standfirst": "Crews accept a pay rise of four per cent and a new roster for the winter.",
        "minutes": 3,
        "caption": "The first boat left the inner harbour at dawn on Saturday",
        "credit": "Mei Lindqvist/Gull Pictures",
        "texts": 3,
        "agency_credit": "Agencies contributed to this report.",
        "promotion": "Follow us on Facebook and Instagram to stay connected",
    }
    assert (read.url, read.body_source, read.reading_time_is_computed) == (
        "document:papers/ferry",
        BodySource.DOCUMENT,
        False,
    )
    assert set(read.witnesses.values()) == {"document"}


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_document_that_is_read_and_written_again_is_the_same_to_the_byte(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        pytest.param({}, f"{HEAD}\n\nOne sentence.", id="nothing-but-the-body"),
        pytest.param({"standfirst": "Why."}, "Page\n\nHeadline\nWhy.\n2 min read\n\nOne sentence.", id="standfirst"),
        pytest.param({"caption": "A dog"}, f"{HEAD}\nA dog\n\nOne sentence.", id="caption-without-credit"),
        pytest.param({"credit": "AP"}, f"{HEAD}\n[AP]\n\nOne sentence.", id="credit-without-caption"),
        pytest.param(
            {"caption": "A dog [left]"}, f"{HEAD}\nA dog [left] []\n\nOne sentence.", id="caption-in-brackets"
        ),
        pytest.param({"credit": "a ] b"}, f"{HEAD}\n[a ) b]\n\nOne sentence.", id="unpaired-brackets-become-round"),
        pytest.param(
            {"standfirst": "5 min read"},
            "Page\n\nHeadline\n5 min read\n2 min read\n[]\n\nOne sentence.",
            id="standfirst-like-a-reading-time",
        ),
        pytest.param({"title": None, "headline": None}, "\n\n\n2 min read\n\nOne sentence.", id="no-title-no-headline"),
        pytest.param({"headline": "Two\nlines"}, "Page\n\nTwo lines\n2 min read\n\nOne sentence.", id="line-break"),
        pytest.param({"texts": ["One.", " ", "Two."]}, f"{HEAD}\n\nOne.\n\nTwo.", id="blank-paragraph"),
        pytest.param({"texts": ["(AP)"]}, f"{HEAD}\n\n(AP)\n\n\n", id="last-paragraph-like-an-agency-credit"),
        pytest.param({"agency_credit": "x"}, f"{HEAD}\n\nOne sentence.\n\n\nx", id="agency-credit-like-a-paragraph"),
        pytest.param({"promotion": "x"}, f"{HEAD}\n\nOne sentence.\n\n\n\n\nx", id="promotion-like-a-paragraph"),
        pytest.param(
            {"reading_time_minutes": None, "texts": ["word " * 460]},
            f"{HEAD}\n\n{'word ' * 460}",
            id="reading-time-not-known",
        ),
    ],
)
def test_the_layout_carries(fields: dict[str, Any], written: str) -> None:
    assert render(article(**fields)) == written


AWKWARD = [
    "3 min read", "0 min read", "[]", "[", "]", "a [b]", "a]", "[a", "[a] []", "a  [b]", " x ", "\ufeffx", "x\u2028y",
    "Agencies contributed to this report.", "(AP)", "Follow us on Facebook", "Read more: elsewhere", "- a list item",
]  # fmt: skip

lines = st.sampled_from(AWKWARD) | st.text(
    st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), min_size=1
).filter(lambda text: bool(text.strip()))
credits_that_pair = st.none() | lines.filter(
    lambda text: "[" not in text.replace("[b]", "").replace("[]", "") and text.count("[") == text.count("]")
)


@given(
    fields=st.fixed_dictionaries(
        {
            **dict.fromkeys(
                ("title", "headline", "standfirst", "caption", "agency_credit", "promotion"), st.none() | lines
            ),
            "credit": credits_that_pair,
            "reading_time_minutes": st.integers(0, 999_999),
            "texts": st.lists(lines, max_size=4),
        }
    )
)
@example(fields={"texts": [], "standfirst": "1 min read", "reading_time_minutes": 1})
def test_what_is_written_reads_back_equal_in_every_field_the_layout_carries(fields: dict[str, Any]) -> None:
    written = article(**fields)
    text = render(written)
    read = parse(text)
    assert carried(read) == carried(written)
    assert render(read) == text


def test_kinds_of_paragraphs_come_back_as_body() -> None:
    heading = Paragraph(text="What now?", kind=ParagraphKind.SUBHEADING)
    read = parse(render(Article(url="", paragraphs=(heading, Paragraph(text="Nothing.")))))
    assert [paragraph.kind for paragraph in read.paragraphs] == [ParagraphKind.BODY, ParagraphKind.BODY]


def test_windows_line_ends_and_a_last_line_break_change_nothing() -> None:
    text = (DOCUMENTS / "ferry.txt").read_text("utf-8")
    assert parse(text.replace("\n", "\r\n") + "\r\n") == parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "line 1 should be the page title", id="empty"),
        pytest.param("Title\nHeadline\n2 min read\n\nText.", "line 2 blank", id="no-blank-line-below-the-title"),
        pytest.param("Title\n\nHeadline\nWhy.\nA dog\n\nText.", "Add the reading time", id="no-reading-time"),
        pytest.param("Title\n\nHeadline\na\nb\n2 min read\nc\n\nText.", "found 4 lines", id="too-many-lines"),
    ],
)
def test_a_text_in_another_layout_is_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says) as error:
        parse(text, url="document:papers/a")
    assert "document:papers/a" in str(error.value)


@given(st.text())
def test_any_text_is_a_document_or_a_document_error(text: str) -> None:
    try:
        read = parse(text)
    except DocumentError:
        return
    assert read.reading_time_minutes is not None


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (230, 1), (460, 2), (2300, 10)])
def test_reading_takes_a_minute_for_230_words_and_never_less(words: int, minutes: int) -> None:
    assert reading_minutes(words) == minutes
