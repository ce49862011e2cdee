"""The article in a feed's own full text."""

from __future__ import annotations

from tests.factories import an_entry
from transforms.article.from_feed import extract_entry
from transforms.outcomes import Outcome
from transforms.records import BodySource, ParagraphKind

TEXT = "".join(
    f"<p>The harbour master said in part {part} of his statement that ships may enter again on Friday.</p>"
    for part in range(6)
)


def test_the_full_text_of_an_entry_becomes_an_article_with_the_feed_as_its_witness() -> None:
    entry = an_entry(title="Harbour <reopens>", content_html=f"{TEXT}<h2>What comes next</h2>{TEXT}")
    article = extract_entry(entry, feed_language="en").article
    assert article is not None
    assert (article.headline, article.body_source) == ("Harbour <reopens>", BodySource.FEED)
    assert article.paragraphs[0].text.startswith("The harbour master said in part 0")
    assert ParagraphKind.SUBHEADING in {paragraph.kind for paragraph in article.paragraphs}
    assert set(article.witnesses.values()) <= {"feed", "computed"}


def test_a_summary_is_no_full_text() -> None:
    extraction = extract_entry(an_entry(summary="Ships may enter again on Friday, the harbour master said."))
    assert extraction.article is None
    assert extraction.outcome is Outcome.TOO_SHORT
