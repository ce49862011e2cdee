"""URLs: made absolute, and made comparable.

Two keys are computed from a URL.  `url_strict` is identity: it undoes only what cannot tell two articles apart, so it
never merges two.  `url_loose` proposes: URLs that share it may be one article, and their texts have to confirm it.
A key has no scheme (http and https name one page), is ASCII, and is its own key.  The URL that is fetched is never
rewritten.  Rules by RFC 3986 section 6 and the WHATWG URL standard where they speak.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from tld import get_fld, is_tld

from transforms.tracking_parameters import NAMES, NAMES_BY_VALUE, PREFIXES, TELLING_VALUES

MAX_URL_LENGTH = 2048
"""Longer links are not followed; no browser or server is bound to take them."""

_NO_PART_OF_A_URL = re.compile(r"[\t\r\n]+")
_EDGES = "".join(map(chr, range(0x21))) + "\u00a0\u200b\ufeff"
_HTTP = re.compile(r"https?:(?=[/\\]{2})", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?![0-9]{1,5}(?:[/?#]|$))", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"(?P<host>[^\s\x00-\x20\x7f:@\[\]/?#%\\<>\"^`{|}]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{0,5}))?"
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})?")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z_]+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEFAULT_PORTS = {"http": "80", "https": "443"}

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = "/%:@!$&'()*+,;=~?"

_SAME_SITE_LABEL = re.compile(r"^(?:www\d{0,2}|m|mobile|amp|wap|touch)\.(?=[^.]+\.[^.])")
_DIRECTORY_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php\d?|aspx?|jsp|shtml)$")
_AMP_IN_PATH = re.compile(r"/amp(?=/|$)|[./]amp(?=\.html?$)|\.amp$")
_AMP_IN_QUERY = frozenset({"", "amp", "amp=", "amp=1", "amp=true", "outputtype=amp", "output=amp"})


def absolute_url(base: str, link: str) -> str | None:
    """Resolve `link` against `base`: an absolute http or https URL of at most 2,048 characters, or None."""
    link = _NO_PART_OF_A_URL.sub("", link.strip(_EDGES))
    if not link:
        return None
    try:
        # An absolute link is taken as it is: urljoin drops an empty query.
        url = link if _HTTP.match(link) else urljoin(base, link)
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or len(url) > MAX_URL_LENGTH:
            return None
    except ValueError:  # "http://[", a host that NFKC turns into another one
        return None
    return url.replace(" ", "%20")


def host_of(url: str) -> str:
    """Return the URL's host: lower case, ASCII (punycode), without port; "" where there is none."""
    split = _split(_cleaned(url))
    return split[0] if split else ""


def site_of(url: str) -> str:
    """Return the registrable domain of the URL's host, by the public suffix list; the host itself where it has none.

    Private suffixes count (`paper.blogspot.com` is a site, `blogspot.com` is none).  A top-level domain that is on no
    list is a suffix itself, by the list's own rule for those.
    """
    host = host_of(url)
    return host if not host or host.startswith("[") else _site_of_host(host)


@lru_cache(maxsize=10_000)
def _site_of_host(host: str) -> str:
    """The same for a host that is a name; every link and title of a page asks for the same few."""
    if (site := get_fld(host, fail_silently=True, fix_protocol=True, search_private=True)) is not None:
        return site
    labels = host.split(".")
    if is_tld(labels[-1], search_private=True) or _NUMBER.fullmatch(labels[-1]):  # a suffix; an IP address
        return host
    return ".".join(labels[-2:])


def url_strict(url: str) -> str:
    """Return the key that names one article's address; never raises.

    Undone are: scheme, case of the host, default port, credentials, percent-encoding of what needs none, dot segments,
    known tracking parameters, the order of named parameters, session ids, and the fragment unless it names a page by
    "!" or a route that begins with "/".  Kept are: path case, `www.`, a trailing slash, blank parameters, and nameless
    ones in their order.  What is no web URL is its own key.
    """
    cleaned = _cleaned(url)
    split = _split(cleaned)
    if split is None:
        return cleaned
    host, port, rest = split
    rest, _, fragment = rest.partition("#")
    path, _, query = rest.partition("?")
    key = host + (f":{port}" if port else "") + _path(path)
    if query := _query(query):
        key += f"?{query}"
    if fragment.startswith("!") or (fragment.startswith("/") and fragment != "/"):
        key += f"#{_escaped(fragment, _QUERY_SAFE)}"
    return key


def url_loose(url: str) -> str:
    """Return a key that several addresses of one article share, and sometimes different articles too; never raises.

    Beyond `url_strict` it drops www., mobile and AMP hosts, AMP paths and parameters, directory indexes, doubled and
    trailing slashes, and the case of the path.
    """
    key = url
    while (looser := _loosened(url_strict(key).lower())) != key:
        key = looser
    return key


def is_section_of(url: str, page_url: str) -> bool:
    """Whether `url` looks like a section that the page is in: a folder of words above the page, `/sport/` say.

    A folder with a number or a hyphen in its name may be the article itself, and so may one of which the page is only
    another rendering (`/story` for `/story/amp`).
    """
    section, page = url_strict(url), url_strict(page_url)
    folder = section.rstrip("/")
    return (
        page.startswith(f"{folder}/")
        and page.rstrip("/") != folder
        and _WORDS.fullmatch(folder.rpartition("/")[2]) is not None
        and url_loose(url) != url_loose(page_url)
    )


def _loosened(key: str) -> str:
    address, _, query = key.partition("#")[0].partition("?")
    address = _SAME_SITE_LABEL.sub("", address)
    address = re.sub(r"/{2,}", "/", address)
    address = _AMP_IN_PATH.sub("", address)
    address = _DIRECTORY_INDEX.sub("", address).rstrip("/")
    query = "&".join(sorted(parameter for parameter in query.split("&") if parameter not in _AMP_IN_QUERY))
    return f"{address}?{query}" if query else address


def _cleaned(url: str) -> str:
    return _NO_PART_OF_A_URL.sub("", url.strip(_EDGES)).strip(_EDGES)


def _split(url: str) -> tuple[str, str, str] | None:
    """Take a web URL or a key apart into host, port ("" when it is the scheme's own) and the rest."""
    scheme = ""
    if web := _HTTP.match(url):
        scheme = web[0][:-1].lower()
        url = url[web.end() :]
    elif _OTHER_SCHEME.match(url):
        return None
    head, separator, tail = _first_of(url, "?#")
    head = head.replace("\\", "/")
    if scheme or head.startswith("//"):
        head = head.lstrip("/")
    authority, slash, path = head.partition("/")
    match = _AUTHORITY.fullmatch(authority.rpartition("@")[2])
    if match is None:
        return None
    host = _ascii_host(match["host"])
    if host is None:
        return None
    port = (match["port"] or "").lstrip("0")
    return host, "" if port == _DEFAULT_PORTS.get(scheme) else port, slash + path + separator + tail


def _first_of(text: str, separators: str) -> tuple[str, str, str]:
    at = min((place for separator in separators if (place := text.find(separator)) >= 0), default=len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]


def _ascii_host(host: str) -> str | None:
    """Lower-case the host and write its labels in punycode.

    Labels are not mapped as IDNA 2003 does: it would merge `straße.de` with `strasse.de`, which are two domains.
    """
    host = unicodedata.normalize("NFC", host.replace("\u3002", ".").lower()).rstrip(".")
    labels = [
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in host.split(".")
    ]
    return ".".join(labels) if all(labels) else None


def _path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", _escaped(path, _PATH_SAFE))
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    parameters = [parameter for parameter in _escaped(query, _QUERY_SAFE).split("&") if parameter]
    return "&".join(sorted(_articles_own(parameters), key=_name))


def _name(parameter: str) -> str:
    """A nameless parameter's value may say by its place what it is."""
    name, separator, _ = parameter.partition("=")
    return name if separator else ""


def _articles_own(parameters: Iterable[str]) -> Iterable[str]:
    for parameter in parameters:
        name, _, value = parameter.lower().partition("=")
        is_tracking = name in NAMES or name.startswith(PREFIXES) or (name in NAMES_BY_VALUE and value in TELLING_VALUES)
        if not is_tracking:
            yield parameter


def _escaped(text: str, safe: str) -> str:
    """Percent-encode what has to be, decode what need not be (RFC 3986, 6.2.2), and write the rest in upper case."""
    return quote(_PERCENT.sub(_normal_escape, text), safe=safe, errors="surrogatepass")


def _normal_escape(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return "%25"
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else f"%{escape[1].upper()}"
