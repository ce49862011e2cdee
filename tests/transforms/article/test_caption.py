from __future__ import annotations

import pytest

from transforms.article.caption import split_credit


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        pytest.param("A crane in the fog [Getty]", "A crane in the fog", "Getty", id="square-brackets"),
        pytest.param("A crane. (AP Photo/Mei Lindqvist)", "A crane.", "AP Photo/Mei Lindqvist", id="agency-photo"),
        pytest.param("A crane. Photo: Mei Lindqvist", "A crane.", "Mei Lindqvist", id="photo-colon"),
        pytest.param("Ein Kran. Foto: dpa/M. Brühl", "Ein Kran.", "dpa/M. Brühl", id="foto-colon"),
        pytest.param("A crane © Mei Lindqvist", "A crane", "© Mei Lindqvist", id="copyright-sign"),
        pytest.param("A crane | Photo by Mei Lindqvist", "A crane", "Photo by Mei Lindqvist", id="photo-by"),
        pytest.param("A crane (left) and a boat", "A crane (left) and a boat", None, id="brackets-within"),
        pytest.param("A crane (2011)", "A crane (2011)", None, id="brackets-that-are-no-credit"),
        pytest.param("Photo: Mei Lindqvist", None, "Mei Lindqvist", id="credit-alone"),
        pytest.param("", None, None, id="nothing"),
    ],
)
def test_the_credit_is_parted_from_the_caption(text: str, caption: str | None, credit: str | None) -> None:
    assert split_credit(text) == (caption, credit)


def test_a_marked_credit_is_taken_off_and_loses_its_label() -> None:
    assert split_credit("A crane. Image: Mei Lindqvist", "Image: Mei Lindqvist") == ("A crane.", "Mei Lindqvist")
