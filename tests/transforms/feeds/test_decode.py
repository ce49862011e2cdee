"""Documents whose labels lie about their encoding."""

from __future__ import annotations

import pytest

from tests.transforms.feeds.documents import URL
from transforms.feeds.decode import decoded
from transforms.feeds.parse import parse_feed

_RUSSIAN = "Шторм приближается к городу"


def _feed(title: str, encoding: str, declared: str | None, language: str = "") -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    named = f"<language>{language}</language>" if language else ""
    item = f"<item><title>{title}</title></item>"
    return f"{declaration}<rss version='2.0'><channel><title>T</title>{named}{item}</channel></rss>".encode(encoding)


@pytest.mark.parametrize(
    ("title", "encoding", "declared", "content_type"),
    [
        pytest.param(_RUSSIAN, "utf-8", "utf-8", "text/xml; charset=iso-8859-1", id="header-is-a-default"),
        pytest.param(_RUSSIAN, "utf-8", "windows-1251", None, id="utf-8-declared-as-windows-1251"),
        pytest.param(_RUSSIAN, "utf-8", "utf-16", None, id="utf-8-declared-as-utf-16"),
        pytest.param(_RUSSIAN, "utf-8", "x-nonsense", None, id="unknown-encoding"),
        pytest.param(_RUSSIAN, "utf-8", None, "text/xml", id="nothing-declared"),
        pytest.param(_RUSSIAN, "utf-8-sig", "iso-8859-1", None, id="mark-against-declaration"),
        pytest.param(_RUSSIAN, "utf-16", "utf-16", None, id="utf-16-with-mark"),
        pytest.param(_RUSSIAN, "utf-16-le", "utf-16", None, id="utf-16-without-mark"),
        pytest.param(_RUSSIAN, "utf-16-be", "utf-16", None, id="utf-16-big-end-first"),
        pytest.param(_RUSSIAN, "windows-1251", "windows-1251", None, id="windows-1251"),
        pytest.param(_RUSSIAN, "koi8-r", "koi8-r", "text/xml; charset=utf-8", id="koi8-r-under-a-default-header"),
        pytest.param(_RUSSIAN, "windows-1251", "utf-8", "text/xml; charset=windows-1251", id="header-is-right"),
        pytest.param(_RUSSIAN, "windows-1251", "utf-8", None, id="both-wrong-cyrillic"),
        pytest.param("Café déjà vu", "latin-1", "utf-8", None, id="both-wrong-latin"),
        pytest.param("“Quoted” – dash", "windows-1252", "iso-8859-1", None, id="windows-1252-as-latin-1"),
        pytest.param("朱镕基新闻", "gbk", "gb2312", None, id="gbk-as-gb2312"),
        pytest.param("新聞標題", "big5", "big5", None, id="big5"),
        pytest.param("ニュースの見出し", "shift_jis", "Shift_JIS", None, id="shift-jis"),
        pytest.param("ニュースの見出し", "euc-jp", "EUC-JP", None, id="euc-jp"),
        pytest.param("ニュースの見出し", "iso-2022-jp", "ISO-2022-JP", None, id="iso-2022-jp"),
        pytest.param("뉴스 제목", "euc-kr", "ks_c_5601-1987", None, id="korean-by-its-old-name"),
        pytest.param("Zażółć gęślą jaźń", "iso-8859-2", "iso-8859-2", None, id="iso-8859-2"),
        pytest.param(_RUSSIAN, "utf-8", "utf-7", None, id="codec-that-is-no-encoding-of-feeds"),
        pytest.param(_RUSSIAN, "utf-8", "base64", None, id="codec-that-is-no-encoding"),
    ],
)
def test_a_title_is_read_whatever_the_labels_say(
    title: str, encoding: str, declared: str, content_type: str | None
) -> None:
    document = parse_feed(_feed(title, encoding, declared), url=URL, content_type=content_type)
    assert [entry.title for entry in document.entries] == [title]


def test_the_feeds_language_helps_where_all_labels_are_wrong() -> None:
    document = parse_feed(_feed("Η καταιγίδα πλησιάζει", "windows-1253", "utf-8", language="el"), url=URL)
    assert document.entries[0].title == "Η καταιγίδα πλησιάζει"


def test_one_wrong_byte_costs_one_character() -> None:
    body = _feed(_RUSSIAN, "utf-8", "utf-8").replace("к".encode(), b"\xff", 1)
    assert decoded(body, None).count("\ufffd") == 1
    assert "приближается" in decoded(body, None)


def test_a_character_cut_off_by_the_end_is_no_damage() -> None:
    assert decoded("Шторм".encode()[:-1], None) == "Штор"
