from __future__ import annotations

import pytest

from flows.acquire.targets import parse_target


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        pytest.param("http://paper.example", "http://paper.example/", id="no-path"),
        pytest.param("HTTP://Paper.Example:80/A", "http://paper.example/A", id="case-and-default-port"),
        pytest.param("https://paper.example:8443/?q", "https://paper.example:8443/?q", id="port-and-bare-query"),
        pytest.param("http://paper.example/a b/ü?x=ä", "http://paper.example/a%20b/%C3%BC?x=%C3%A4", id="unescaped"),
        pytest.param("http://paper.example/%7e%C3%BC?a=%2F+b", "http://paper.example/%7e%C3%BC?a=%2F+b", id="escaped"),
        pytest.param("http://bücher.example/x", "http://xn--bcher-kva.example/x", id="idn"),
        pytest.param("http://paper.example/a#b", "http://paper.example/a", id="fragment"),
        pytest.param("http://u:p@paper.example/a", "http://paper.example/a", id="credentials"),
        pytest.param("http://[::1]:8080/a", "http://[::1]:8080/a", id="ipv6"),
        pytest.param("http://paper.example?q=1", "http://paper.example/?q=1", id="query-without-path"),
    ],
)
def test_a_url_is_made_fit_for_the_request_line(url: str, asked: str) -> None:
    target = parse_target(url)
    assert (str(target.url), target.shown) == (asked, asked)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a",
        "http://p.example /x",
        "http://p .example/",
        "http://p\u00a0.example/",
        "ftp://paper.example/",
        "javascript:alert(1)",
        "http://",
        "http:///a",
        "http://paper.example:99999/",
    ],
)
def test_what_cannot_be_asked_for_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_target(url)


@pytest.mark.parametrize(
    ("url", "authorization"),
    [
        pytest.param("http://paper.example/@a", None, id="none"),
        pytest.param("http://reader:p%40ss@paper.example/", "Basic cmVhZGVyOnBAc3M=", id="user-and-password"),
        pytest.param("http://token@paper.example/", "Basic dG9rZW46", id="user-only"),
    ],
)
def test_credentials_become_an_authorization_header(url: str, authorization: str | None) -> None:
    assert parse_target(url).authorization == authorization
