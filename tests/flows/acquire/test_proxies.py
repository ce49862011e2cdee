from __future__ import annotations

import pytest
from yarl import URL

from flows.acquire.proxies import Proxies
from transforms.errors import SettingsError

PROXY = {"HTTP_PROXY": "http://proxy.example:3128", "https_proxy": "proxy.example:3129"}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        pytest.param("http://paper.example/", "http://proxy.example:3128", id="http"),
        pytest.param("https://paper.example/", "http://proxy.example:3129", id="https-without-scheme"),
    ],
)
def test_the_proxy_goes_by_the_scheme(url: str, proxy: str) -> None:
    found = Proxies(PROXY).for_url(URL(url))
    assert found is not None
    assert found.url == URL(proxy)


def test_without_variables_connections_are_direct() -> None:
    assert Proxies({}).for_url(URL("http://paper.example/")) is None


def test_lower_case_wins() -> None:
    found = Proxies({"HTTP_PROXY": "http://upper.example", "http_proxy": "http://lower.example"})
    assert found.for_url(URL("http://paper.example/")).url.host == "lower.example"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("no_proxy", "host", "is_direct"),
    [
        pytest.param("paper.example", "paper.example", True, id="same"),
        pytest.param("paper.example", "www.paper.example", True, id="subdomain"),
        pytest.param(".paper.example", "paper.example", True, id="leading-dot"),
        pytest.param("paper.example", "newspaper.example", False, id="same-ending"),
        pytest.param("a.example, 127.0.0.1", "127.0.0.1", True, id="address"),
        pytest.param("10.0.0.0/8", "10.1.2.3", True, id="network"),
        pytest.param("10.0.0.0/8", "paper.example", False, id="network-and-a-name"),
        pytest.param("paper.example:80", "paper.example", True, id="port"),
        pytest.param("paper.example:81", "paper.example", False, id="other-port"),
        pytest.param("::1", "[::1]", True, id="ipv6"),
        pytest.param("*", "paper.example", True, id="all"),
        pytest.param(" , ", "paper.example", False, id="empty-entries"),
    ],
)
def test_no_proxy_names_what_is_asked_directly(no_proxy: str, host: str, is_direct: bool) -> None:
    proxies = Proxies({**PROXY, "NO_PROXY": no_proxy})
    assert (proxies.for_url(URL(f"http://{host}/")) is None) is is_direct


def test_credentials_of_the_proxy_go_into_a_header() -> None:
    found = Proxies({"http_proxy": "http://me:s%20t@proxy.example"}).for_url(URL("http://paper.example/"))
    assert found is not None
    assert (str(found.url), found.headers) == (
        "http://proxy.example",
        {"Proxy-Authorization": "Basic bWU6cyB0"},
    )


@pytest.mark.parametrize("address", ["socks5://me:secret@proxy.example", "http://me:secret@", "http://[::1"])
def test_an_address_that_is_no_http_proxy_is_a_settings_error_that_tells_no_secret(address: str) -> None:
    with pytest.raises(SettingsError, match="HTTP_PROXY") as raised:
        Proxies({"HTTP_PROXY": address})
    assert "secret" not in str(raised.value)
