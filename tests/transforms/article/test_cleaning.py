from __future__ import annotations

import pytest

from transforms.article.cleaning import is_agency_credit, is_promotion, split_off, without_opening
from transforms.records import Paragraph, ParagraphKind


@pytest.mark.parametrize(
    "line",
    [
        "Follow us on FacebookTwitter and Instagram to stay connected",
        "Read more: Harbour crane is to stay",
        "ALSO READ \u2013 the harbour crane is to stay",
        "Sign up here for our morning newsletter",
        "Get the best of the week in your inbox",
        "Advertisement",
        "Folgen Sie uns auf Instagram",
        "Lesen Sie auch: Der Kran bleibt",
        "À lire aussi : la grue reste",
        "Lea también: La grúa se queda",
        "Leggi anche: la gru resta",
        "Читайте также: кран остаётся",
        "► Share this article",
    ],
)
def test_promotion_is_known_by_what_it_says(line: str) -> None:
    assert is_promotion(line)


@pytest.mark.parametrize(
    "line",
    [
        "Read the judgment before you judge, she said.",
        "Follow the money, he said, and it will lead you to the harbour.",
        "Share prices fell by three per cent on Monday.",
        "Advertising revenue fell by a tenth.",
        "Related companies must now publish their accounts.",
        "Follow us on Facebook. " + "And then the report goes on for much longer than any promotion does. " * 4,
    ],
)
def test_reporting_is_not_taken_for_promotion(line: str) -> None:
    assert not is_promotion(line)


@pytest.mark.parametrize(
    "line",
    [
        "Agencies contributed to this report.",
        "Reuters and the Associated Press contributed to this report.",
        "With files from Reuters",
        "Mit Material von dpa",
        "Avec AFP",
        "(AP)",
        "— Reuters",
        "Additional reporting by agencies",
    ],
)
def test_an_agency_credit_is_known_by_its_agencies(line: str) -> None:
    assert is_agency_credit(line)


@pytest.mark.parametrize("line", ["Agencies of the state refused to comment.", "With friends", "(more)", "Reuters"])
def test_other_lines_are_no_agency_credit(line: str) -> None:
    assert not is_agency_credit(line)


def test_what_is_no_part_of_the_body_is_split_off_it() -> None:
    lines = ["One.", "Advertisement", "Two.", "(AFP)", "Read more: a", "Read more: a"]
    body = [Paragraph(text=line) for line in lines]
    heading = Paragraph(text="More news", kind=ParagraphKind.SUBHEADING)
    kept, agency, promotion = split_off([*body, heading])
    assert [paragraph.text for paragraph in kept] == ["One.", "Two."]
    assert (agency, promotion) == ("(AFP)", "Advertisement Read more: a")


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        pytest.param(["Crane STAYS", "Text."], ["Text."], id="headline"),
        pytest.param(["By Ines Okafor, 2 March 2026", "Text."], ["Text."], id="byline"),
        pytest.param(
            ["Por Ines Okafor · 12 de marzo de 2026, 07:00 · 2 min de lectura", "Text."],
            ["Text."],
            id="byline-with-its-day",
        ),
        pytest.param(["Crane stays", "Ines Okafor", "Text."], ["Text."], id="both"),
        pytest.param(
            ["Ines Okafor was the first to see the crane move in the storm of Sunday night."], None, id="a-sentence"
        ),
        pytest.param(["Text.", "a", "b", "c", "Crane stays"], None, id="further-down"),
    ],
)
def test_headline_and_byline_are_not_repeated_before_the_text(texts: list[str], kept: list[str] | None) -> None:
    paragraphs = [Paragraph(text=text) for text in texts]
    rest = without_opening(paragraphs, repeated=["Crane stays", None], authors=["Ines Okafor"])
    assert [paragraph.text for paragraph in rest] == (texts if kept is None else kept)
