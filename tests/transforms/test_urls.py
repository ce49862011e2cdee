"""URLs made absolute, and the keys made from them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.urls import absolute_url, host_of, site_of, url_loose, url_strict

_URLS = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://", "//", ""]),
    st.sampled_from(
        ["paper.example", "WWW.Paper.example:80", "u:p@paper.example", "zürich.example", "[::1]:8080", "a..b"]
    ),
    st.sampled_from(
        ["", "/", "/a/../b", "//x/", "/%7euser/%e4", "/ä b", "/index.html", "/amp/", "/x;jsessionid=7", "/%"]
    ),
    st.sampled_from(["", "?", "?b=2&a=1", "?4711", "?a=&utm_source=x", "?q=a%20b+c&&", "?=1", "?a=%zz"]),
    st.sampled_from(["", "#top", "#!/live/4", "#!a#b"]),
    st.text(max_size=6),
)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        pytest.param("http://paper.example/a", "paper.example/a", id="no-scheme"),
        pytest.param("https://PAPER.example/Ab", "paper.example/Ab", id="host-case-goes-path-case-stays"),
        pytest.param("http://paper.example:80", "paper.example/", id="default-port-and-empty-path"),
        pytest.param("https://paper.example:8443/a", "paper.example:8443/a", id="other-port-stays"),
        pytest.param("http://paper.example:443/a", "paper.example:443/a", id="port-of-the-other-scheme-stays"),
        pytest.param("https://user:secret@paper.example/a", "paper.example/a", id="credentials-go"),
        pytest.param("https://zürich.example/a", "xn--zrich-kva.example/a", id="punycode"),
        pytest.param("https://paper.example/%7Euser/%e4", "paper.example/~user/%E4", id="percent-encoding"),
        pytest.param("https://paper.example/ä b", "paper.example/%C3%A4%20b", id="what-must-be-encoded-is"),
        pytest.param("https://paper.example/a/./b/../c", "paper.example/a/c", id="dot-segments"),
        pytest.param("https://paper.example/a?b=2&a=1", "paper.example/a?a=1&b=2", id="parameters-sorted"),
        pytest.param("https://paper.example/a?x=2&x=1", "paper.example/a?x=2&x=1", id="repeated-parameters-keep-order"),
        pytest.param("https://paper.example/a?utm_source=rss&id=4", "paper.example/a?id=4", id="prefix-of-trackers"),
        pytest.param("https://paper.example/a?UTM_Source=rss", "paper.example/a", id="trackers-in-capitals"),
        pytest.param("https://paper.example/a?fbclid=x", "paper.example/a", id="tracker-by-name"),
        pytest.param("https://paper.example/a?ref=rss", "paper.example/a", id="tracker-by-value"),
        pytest.param("https://paper.example/a;jsessionid=1F?b", "paper.example/a?b", id="session"),
        pytest.param("https://paper.example/a#comments", "paper.example/a", id="fragment-goes"),
        pytest.param("https://paper.example/#!/a", "paper.example/#!/a", id="fragment-that-is-a-page-stays"),
        pytest.param("  https://paper.example/a\n", "paper.example/a", id="trimmed"),
        pytest.param("document:folder/stem", "document:folder/stem", id="no-web-url-is-its-own-key"),
        pytest.param("/story/4", "/story/4", id="relative-is-its-own-key"),
        pytest.param("http://[", "http://[", id="unreadable-is-its-own-key"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_strict_key_undoes_what_cannot_tell_two_articles_apart(url: str, key: str) -> None:
    assert url_strict(url) == key


_DIFFERENT_ARTICLES = (
    "https://paper.example/AbC",
    "https://paper.example/abc",
    "https://paper.example/abc/",
    "https://www.paper.example/abc",
    "https://m.paper.example/abc",
    "https://news.paper.example/abc",
    "https://paper.example:8080/abc",
    "https://paper.example/news.php",
    "https://paper.example/news.php?4711",
    "https://paper.example/news.php?4712",
    "https://paper.example/news.php?id",
    "https://paper.example/news.php?id=",
    "https://paper.example/news.php?id=4",
    "https://paper.example/news.php?cid=123&id=4",
    "https://paper.example/news.php?sid=123&id=4",
    "https://paper.example/news.php?source=4",
    "https://paper.example/news.php?ref=4",
    "https://paper.example/news.php?uid=4",
    "https://paper.example/news.php?gallery=5",
    "https://paper.example/news.php?game=5",
    "https://paper.example/news.php?glossary=5",
    "https://paper.example/news.php?reference=5",
    "https://paper.example/news.php?keyword=5",
    "https://paper.example/news.php?sort=5",
    "https://paper.example/news.php?page=2",
    "https://paper.example/a%2Fb",
    "https://paper.example/a/b",
    "https://paper.example/a//b",
    "https://paper.example/a?q=x%26y",
    "https://paper.example/a?q=x&y",
    "https://paper.example/#!/a",
    "https://paper.example/#!/b",
    "https://strasse.example/",
    "https://straße.example/",
)


def test_a_strict_key_never_merges_two_articles() -> None:
    for one, other in itertools.combinations(_DIFFERENT_ARTICLES, 2):
        assert url_strict(one) != url_strict(other), (one, other)


@given(st.one_of(st.text(), _URLS))
@example("http://http://x")
@example("http://a.example:/b")
@example("HTTP:\\\\paper.example\\a")
def test_keys_exist_for_any_string_and_are_their_own_keys(url: str) -> None:
    assert url_strict(url_strict(url)) == url_strict(url)
    assert url_loose(url_loose(url)) == url_loose(url)


@given(_URLS)
def test_addresses_with_one_strict_key_have_one_loose_key(url: str) -> None:
    assert url_loose(url_strict(url)) == url_loose(url)


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param("https://www.paper.example/story/", id="www-and-trailing-slash"),
        pytest.param("http://m.paper.example/story", id="mobile-host"),
        pytest.param("https://amp.paper.example/story", id="amp-host"),
        pytest.param("https://paper.example/story/amp", id="amp-path"),
        pytest.param("https://paper.example/amp/story", id="amp-folder"),
        pytest.param("https://paper.example/story?amp=1", id="amp-parameter"),
        pytest.param("https://paper.example/story/index.html", id="directory-index"),
        pytest.param("https://paper.example//Story", id="doubled-slash-and-case"),
        pytest.param("https://paper.example/story#!live", id="fragment"),
    ],
)
def test_a_loose_key_joins_the_variants_of_an_address(variant: str) -> None:
    assert url_loose(variant) == url_loose("https://paper.example/story")


@pytest.mark.parametrize(
    ("base", "link", "absolute"),
    [
        pytest.param("https://paper.example/rss/all.xml", "/a", "https://paper.example/a", id="rooted"),
        pytest.param("https://paper.example/rss/all.xml", "a", "https://paper.example/rss/a", id="relative"),
        pytest.param("https://paper.example/rss", "//other.example/a", "https://other.example/a", id="scheme-relative"),
        pytest.param("https://paper.example/", " http://a.example/b?c#d\n", "http://a.example/b?c#d", id="kept"),
        pytest.param("https://paper.example/", "https://a.example/b c", "https://a.example/b%20c", id="space"),
        pytest.param("https://paper.example/", "https://a.exa\nmple/b", "https://a.example/b", id="broken-line"),
        pytest.param("https://paper.example/", "javascript:steal()", None, id="javascript"),
        pytest.param("https://paper.example/", "data:text/html,x", None, id="data"),
        pytest.param("https://paper.example/", "file:///etc/hosts", None, id="file"),
        pytest.param("https://paper.example/", "mailto:desk@paper.example", None, id="mail"),
        pytest.param("https://paper.example/", "", None, id="empty"),
        pytest.param("https://paper.example/", "http://[", None, id="unreadable"),
        pytest.param("https://paper.example/", "http://", None, id="no-host"),
        pytest.param("https://paper.example/", "/" + "a" * 2048, None, id="too-long"),
        pytest.param("", "a", None, id="relative-to-nothing"),
    ],
)
def test_links_become_absolute_web_addresses_or_nothing(base: str, link: str, absolute: str | None) -> None:
    assert absolute_url(base, link) == absolute


@pytest.mark.parametrize(
    ("url", "host", "site"),
    [
        pytest.param("https://News.Paper.co.uk:8080/a", "news.paper.co.uk", "paper.co.uk", id="suffix-of-two-labels"),
        pytest.param("https://paper.blogspot.com/a", "paper.blogspot.com", "paper.blogspot.com", id="private-suffix"),
        pytest.param("https://zürich.ch/a", "xn--zrich-kva.ch", "xn--zrich-kva.ch", id="punycode"),
        pytest.param("http://127.0.0.1:8000/a", "127.0.0.1", "127.0.0.1", id="address"),
        pytest.param("http://[::1]/a", "[::1]", "[::1]", id="address-in-brackets"),
        pytest.param("http://localhost/a", "localhost", "localhost", id="no-domain"),
        pytest.param("mailto:desk@paper.example", "", "", id="no-web-url"),
    ],
)
def test_a_url_has_a_host_and_a_site(url: str, host: str, site: str) -> None:
    assert host_of(url) == host
    assert site_of(url) == site


@given(st.text())
def test_any_string_has_a_host_and_a_site(url: str) -> None:
    assert host_of(url) == host_of(url).lower()
    assert isinstance(site_of(url), str)
