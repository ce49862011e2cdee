from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article.decode import decode, foreign_content, parse_html

UMLAUT = "<p>Die Mühle am Fluß „steht“ still</p>"


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        pytest.param(UMLAUT.encode(), "text/html; charset=utf-8", "utf-8", id="header"),
        pytest.param(UMLAUT.encode(), "text/html; charset=ISO-8859-1", "utf-8", id="server-default-over-utf-8"),
        pytest.param(UMLAUT.encode()[:-20], "text/html; charset=ISO-8859-1", "utf-8", id="utf-8-cut-off"),
        pytest.param(UMLAUT.encode("cp1252"), "text/html; charset=ISO-8859-1", "cp1252", id="latin-1-means-1252"),
        pytest.param(b'<meta charset="windows-1252">' + UMLAUT.encode("cp1252"), None, "cp1252", id="meta"),
        pytest.param(UMLAUT.encode("cp1252"), None, None, id="nothing-declared"),
        pytest.param(
            codecs.BOM_UTF16_LE + UMLAUT.encode("utf-16-le"), "text/html; charset=utf-8", "utf-16-le", id="bom"
        ),
        pytest.param(UMLAUT.encode("cp1252"), "text/html; charset=hex", None, id="a-codec-that-is-no-charset"),
    ],
)
def test_a_page_is_read_in_the_charset_it_is_written_in(
    body: bytes, content_type: str | None, charset: str | None
) -> None:
    read = decode(body, content_type)
    assert charset is None or read.charset == charset
    assert "Mühle am Fluß" in read.text


_NO_CHARSETS = (
    *("utf8mb4", "none", "iso-8859-8-i", "x-user-defined", "aliases", "a" * 300, "..", ":"),
    *("hex", "rot13", "undefined", "idna", "punycode", "unicode_escape", "utf-7", "mbcs"),
)


@pytest.mark.parametrize("label", _NO_CHARSETS)
def test_a_label_that_names_no_charset_is_passed_over(label: str) -> None:
    page = f'<meta charset="{label}">{UMLAUT}\\d'
    assert "Mühle am Fluß" in decode(page.encode("cp1252"), f"text/html; charset={label}").text
    assert decode(page.encode(), f"text/html; charset={label}").text == page


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        pytest.param("gb2312", "gb18030", "<p>新华社北京三月二日电</p>", id="gb2312-means-gb18030"),
        pytest.param("shift_jis", "cp932", "<p>東京で桜が咲いた①</p>", id="shift-jis-means-932"),
        pytest.param("windows-1251", "cp1251", "<p>Мост закрыт на шесть недель</p>", id="cyrillic"),
        pytest.param("euc-kr", "cp949", "<p>다리가 육 주 동안 닫힌다</p>", id="korean"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), f"text/html; charset={label}").text == text


@pytest.mark.parametrize(
    ("body", "content_type", "named"),
    [
        pytest.param(b"%PDF-1.7\n...", "text/html", "a PDF document", id="pdf-declared-as-html"),
        pytest.param(b"\xff\xd8\xff\xe0abc", None, "a JPEG picture", id="jpeg"),
        pytest.param(b"body { margin: 0 }", "text/css", "declared as text/css", id="style-sheet"),
        pytest.param(b'{"a": 1}', "text/html", "JSON", id="json-declared-as-html"),
        pytest.param(b"Dear all", "text/plain", "declared as text/plain, and no HTML is in it", id="plain-text"),
        pytest.param(b"<html><p>a", "text/plain", None, id="html-declared-as-text"),
        pytest.param(b"<!DOCTYPE html><p>a", "application/x-httpd-php", None, id="html-declared-as-a-script"),
        pytest.param(b"<p>a", None, None, id="nothing-declared"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(40) + b"<p>usage", None, "binary data", id="a-program"),
        pytest.param(b"table\x00name" + b"word " * 90, None, "binary data", id="a-nul-and-no-html"),
        pytest.param(bytes(range(256)) * 4 + b"<html><p>a", "text/html", "binary data", id="controls-before-html"),
        pytest.param(b"<html><p>a\x00b" + b"word " * 90, None, None, id="a-stray-nul-in-html"),
        pytest.param("<html><p>a".encode("utf-16"), None, None, id="utf-16"),
        pytest.param("<html><p>a".encode("utf-16-le"), None, None, id="utf-16-without-a-mark"),
        pytest.param("<html><p>a".encode("utf-32"), None, None, id="utf-32"),
        pytest.param("<p>東京で桜が咲いた".encode("iso2022_jp"), None, None, id="escapes-of-iso-2022"),
    ],
)
def test_what_is_no_html_is_named(body: bytes, content_type: str | None, named: str | None) -> None:
    assert foreign_content(body, content_type) == named


def test_control_characters_and_comments_are_left_out_of_the_tree() -> None:
    tree = parse_html("<p>a\x00b\x0bc<!-- d --><?php e ?></p>")
    assert tree is not None
    assert tree.text_content() == "abc"


@pytest.mark.parametrize("text", ["", "   ", "\x00\x00", "<!-- nothing -->"])
def test_a_text_without_an_element_has_no_tree(text: str) -> None:
    assert parse_html(text) is None


@given(st.binary() | st.text().map(str.encode), st.none() | st.text())
def test_any_bytes_are_decoded_and_parsed_without_an_error(body: bytes, content_type: str | None) -> None:
    read = decode(body, content_type)
    assert 0 <= read.lost <= 1
    parse_html(read.text)
