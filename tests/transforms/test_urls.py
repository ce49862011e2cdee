"""URLs made absolute, and the keys made from them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.urls import absolute_url, host_of, is_section_of, site_of, url_loose, url_strict

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


_ARTICLES = {
    # case
    "path-in-capitals": ("https://paper.example/AbC", "HTTPS://PAPER.example/AbC"),
    "path-in-lower-case": ("https://paper.example/abc", "http://Paper.Example/abc"),
    "short-id-1": ("https://paper.example/s/xK9", "http://paper.example/s/xK9?utm_medium=feed"),
    "short-id-2": ("https://paper.example/s/Xk9",),
    "value-in-capitals": ("https://paper.example/a?id=Q",),
    "value-in-lower-case": ("https://paper.example/a?id=q",),
    "name-in-capitals": ("https://paper.example/a?ID=q",),
    # slashes and segments
    "trailing-slash": ("https://paper.example/abc/", "https://paper.example/abc/.", "https://paper.example/abc/d/.."),
    "doubled-slash": ("https://paper.example/a//b",),
    "two-segments": ("https://paper.example/a/b", "https://paper.example/a/./b", "https://paper.example/a/x/../b"),
    "encoded-slash": ("https://paper.example/a%2Fb", "https://paper.example/a%2fb"),
    "encoded-dots": ("https://paper.example/up/b", "https://paper.example/up/c/%2e%2E/b"),
    "dots-beyond-the-root": ("https://paper.example/root", "https://paper.example/../../root"),
    "backslashes": ("https://paper.example/back/slash", "https:\\\\paper.example\\back\\slash"),
    "home-page": (
        "https://paper.example",
        "https://paper.example/",
        "http://paper.example:80",
        "https://paper.example?",
    ),
    "index-page": ("https://paper.example/index.html",),
    "semicolon-1": ("https://paper.example/a;1",),
    "semicolon-2": ("https://paper.example/a;2",),
    "comma": ("https://paper.example/0,1518,4711,00.html", "http://paper.example/0,1518,4711,00.html"),
    "other-comma": ("https://paper.example/0,1518,4712,00.html",),
    "session-in-path": (
        "https://paper.example/s;jsessionid=1F",
        "https://paper.example/s",
        "https://paper.example/s?PHPSESSID=2",
    ),
    # hosts and ports
    "www": ("https://www.paper.example/abc", "https://WWW.paper.example./abc"),
    "mobile-host": ("https://m.paper.example/abc",),
    "section-host": ("https://news.paper.example/abc",),
    "numbered-host": ("https://www2.paper.example/abc",),
    "port": ("https://paper.example:8080/abc", "http://user:word@paper.example:08080/abc"),
    "port-of-the-other-scheme": ("http://paper.example:443/abc",),
    "default-port": (
        "http://paper.example:80/p",
        "https://paper.example:443/p",
        "https://paper.example:/p",
        "paper.example/p",
    ),
    "credentials": ("https://user:secret@paper.example/c", "https://paper.example/c", "https://me@paper.example/c"),
    "name-in-the-path": ("https://paper.example/@user/c",),
    "idn": (
        "https://zürich.example/",
        "https://ZÜRICH.example",
        "https://xn--zrich-kva.example/",
        "https://zu\u0308rich.example/",
    ),
    "idn-ascii-look-alike": ("https://zurich.example/",),
    "sharp-s": ("https://straße.example/", "https://xn--strae-oqa.example/"),
    "double-s": ("https://strasse.example/",),
    "ideographic-stop": ("https://新聞\u3002example/1", "https://新聞.example/1"),
    "cyrillic-look-alike": ("https://p\u0430per.example/abc",),
    "address": ("http://[::1]/a", "http://[::1]:80/a"),
    # percent forms
    "unreserved-escapes": ("https://paper.example/~user/1", "https://paper.example/%7Euser/%31"),
    "utf-8": (
        "https://paper.example/größe",
        "https://paper.example/gr%C3%B6%C3%9Fe",
        "https://paper.example/gr%c3%b6%c3%9fe",
    ),
    "latin-1": ("https://paper.example/gr%F6%DFe",),
    "space": ("https://paper.example/a b", "https://paper.example/a%20b", " https://paper.example/a%20b\n"),
    "plus-in-path": ("https://paper.example/a+b",),
    "percent-sign": ("https://paper.example/100%", "https://paper.example/100%25"),
    "encoded-twice": ("https://paper.example/100%2525",),
    "encoded-question-mark": ("https://paper.example/why%3F",),
    "encoded-hash": ("https://paper.example/c%23",),
    # parameters that name the article
    "no-parameter": (
        "https://paper.example/news.php",
        "https://paper.example/news.php?",
        "https://paper.example/news.php?&",
    ),
    "nameless-1": ("https://paper.example/news.php?4711", "https://paper.example/news.php?4711&utm_campaign=x"),
    "nameless-2": ("https://paper.example/news.php?4712",),
    "nameless-in-order": ("https://paper.example/news.php?11&12",),
    "nameless-in-another-order": ("https://paper.example/news.php?12&11",),
    "no-value": ("https://paper.example/news.php?id",),
    "empty-value": ("https://paper.example/news.php?id=",),
    "id": ("https://paper.example/news.php?id=4", "https://paper.example/news.php?id=4&fbclid=a&gclid=b"),
    "cid": (
        "https://paper.example/news.php?cid=123&id=4",
        "https://paper.example/news.php?id=4&cid=123",
        "https://paper.example/news.php?id=4&&cid=123&",
    ),
    "sid": ("https://paper.example/news.php?sid=123&id=4",),
    "source": ("https://paper.example/news.php?source=4",),
    "ref": ("https://paper.example/news.php?ref=4",),
    "uid": ("https://paper.example/news.php?uid=4",),
    "gallery": ("https://paper.example/news.php?gallery=5",),
    "game": ("https://paper.example/news.php?game=5",),
    "glossary": ("https://paper.example/news.php?glossary=5",),
    "reference": ("https://paper.example/news.php?reference=5",),
    "keyword": ("https://paper.example/news.php?keyword=5",),
    "sort": ("https://paper.example/news.php?sort=5",),
    "underscore": ("https://paper.example/news.php?_id=5",),
    "utm-without-underscore": ("https://paper.example/news.php?utm=5",),
    "page-2": ("https://paper.example/news.php?page=2",),
    "page-3": ("https://paper.example/news.php?page=3",),
    "list-1-2": ("https://paper.example/a?x[]=1&x[]=2", "https://paper.example/a?x%5B%5D=1&x[]=2"),
    "list-2-1": ("https://paper.example/a?x[]=2&x[]=1",),
    "encoded-ampersand": ("https://paper.example/a?q=x%26y",),
    "ampersand": ("https://paper.example/a?q=x&y", "https://paper.example/a?y&q=x"),
    "encoded-equals-sign": ("https://paper.example/a?q%3Dx",),
    "address-as-value": ("https://paper.example/go?to=https://paper.example/b?utm_source=x",),
    "other-address-as-value": ("https://paper.example/go?to=https://paper.example/c?utm_source=x",),
    # what says only how the reader came
    "trackers": (
        "https://paper.example/t",
        "https://paper.example/t?utm_source=rss&utm_medium=feed",
        "https://paper.example/t?UTM_SOURCE=rss",
        "https://paper.example/t?at_medium=RSS&at_campaign=KARANGA",
        "https://paper.example/t?mc_cid=1&mc_eid=2",
        "https://paper.example/t?ref=rss&source=feed",
        "https://paper.example/t?wt_zmc=x&xtor=RSS-1",
        "https://paper.example/t?srsltid=a&msclkid=b&_ga=c",
    ),
    # fragments
    "fragment": (
        "https://paper.example/f",
        "https://paper.example/f#comments",
        "https://paper.example/f#xtor=RSS-1",
        "https://paper.example/f#:~:text=crane",
        "https://paper.example/f#",
    ),
    "page-in-the-fragment-1": ("https://paper.example/#!/a", "https://paper.example#!/a"),
    "page-in-the-fragment-2": ("https://paper.example/#!/b",),
    "route-in-the-fragment-1": ("https://paper.example/#/story/1",),
    "route-in-the-fragment-2": ("https://paper.example/#/story/2",),
    # no web addresses
    "document": ("document:press/a",),
    "other-document": ("document:press/A",),
    "mail": ("mailto:desk@paper.example",),
}
"""Each row is one article, under the spellings of its address; any two rows are different articles."""


@pytest.mark.parametrize("spellings", [pytest.param(urls, id=name) for name, urls in _ARTICLES.items()])
def test_the_spellings_of_an_articles_address_share_a_strict_key_that_is_its_own(spellings: tuple[str, ...]) -> None:
    keys = {url_strict(url) for url in spellings}
    assert len(keys) == 1
    assert {url_strict(key) for key in keys} == keys


def test_a_strict_key_never_merges_two_articles() -> None:
    for (one, urls), (other, other_urls) in itertools.combinations(_ARTICLES.items(), 2):
        assert {*map(url_strict, urls)}.isdisjoint(map(url_strict, other_urls)), (one, other)


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
    ("url", "is_section"),
    [
        pytest.param("https://paper.example/sport/", True, id="folder-of-the-page"),
        pytest.param("https://paper.example/sport/football", True, id="folder-below"),
        pytest.param("https://paper.example/politics/", False, id="elsewhere"),
        pytest.param("https://paper.example/sport/football/cup-final-2", False, id="folder-with-a-number"),
        pytest.param("https://paper.example/sport/football/cup-final-2/goal", False, id="only-another-rendering"),
        pytest.param("https://paper.example/sport/football/cup-final-2/goal/amp", False, id="the-page-itself"),
    ],
)
def test_a_section_is_a_folder_of_words_that_the_page_is_in(url: str, is_section: bool) -> None:
    assert is_section_of(url, "https://paper.example/sport/football/cup-final-2/goal/amp") == is_section


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
        pytest.param("http://0x7f.1/a", "0x7f.1", "0x7f.1", id="address-in-other-digits"),
        pytest.param("http://localhost/a", "localhost", "localhost", id="no-domain"),
        pytest.param("http://www.amp.example/a", "www.amp.example", "amp.example", id="unlisted-domain"),
        pytest.param("http://a.b.foo.localnews/a", "a.b.foo.localnews", "foo.localnews", id="below-an-unlisted-domain"),
        pytest.param("http://foo.localnews/a", "foo.localnews", "foo.localnews", id="at-an-unlisted-domain"),
        pytest.param("http://co.uk/a", "co.uk", "co.uk", id="suffix-itself"),
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
