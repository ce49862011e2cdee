"""The feeds file: which feeds are followed, and the `[settings]` beside them.  TOML or OPML.

Every fault of a file is reported at once, each with its line; a file with a fault starts nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows.durations import parse_duration
from flows.settings import describe, unknown_name
from transforms.errors import SettingsError
from warehouse.rows import without_credentials

MAX_FILE_BYTES = 20 * 1024 * 1024


class FeedSpec(BaseModel):
    """One feed as the user lists it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="Address of the feed, http or https.")
    name: str | None = Field(default=None, min_length=1, max_length=200, description="What tables call it.")
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    country: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}$", description="ISO 3166 code.")
    tags: tuple[str, ...] = ()
    every: str | None = Field(default=None, description='Shortest time between two polls, for example "2h".')
    pinned: bool = Field(default=False, description="Ask this address even when the feed says that it moved.")
    fetch: Literal["page", "feed"] = Field(default="page", description="Where the text comes from.")

    @field_validator("url")
    @classmethod
    def _is_http_url(cls, value: str) -> str:
        value = value.strip()
        try:
            parts = urlsplit(value)
            has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError as error:
            raise ValueError(f"{without_credentials(value)!r} is no URL ({error})") from None
        if parts.scheme.lower() not in ("http", "https") or not has_host or re.search(r"\s", value):
            shown = without_credentials(value)
            raise ValueError(f"{shown!r} is no feed address; it must start with http:// or https:// and name a host")
        return value

    @field_validator("every")
    @classmethod
    def _every_is_a_duration(cls, value: str | None) -> str | None:
        if value is not None:
            parse_duration(value)
        return value

    @property
    def address(self) -> str:
        """The URL without user name and password: what is stored and shown."""
        return without_credentials(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsFile:
    """A feeds file that was read and found right.

    `setting_sources` names the place of each setting ("feeds.toml:3").
    """

    path: Path
    feeds: tuple[FeedSpec, ...]
    settings: Mapping[str, Any]
    setting_sources: Mapping[str, str]


def shipped_feeds_file() -> Path:
    """The list of feeds that comes with newsledger."""
    return Path(str(resources.files("flows") / "feeds.toml"))


def find_feeds_file(given: Path | None, *, working_folder: Path, home: Path) -> Path:
    """The file in force: the given one, ./feeds.toml, ~/.config/newsledger/feeds.toml, else the shipped one."""
    if given is not None:
        return given
    for candidate in (working_folder / "feeds.toml", home / ".config" / "newsledger" / "feeds.toml"):
        if candidate.exists():
            return candidate
    return shipped_feeds_file()


def read_feeds_file(path: Path) -> FeedsFile:
    """Reads a TOML or OPML feeds file.  Raises SettingsError that names every fault with its line."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError(
            f"There is no feeds file at {path}. Give another one with --config or --feeds, or create it with "
            'at least:\n  [[feeds]]\n  url = "https://…"'
        ) from None
    except OSError as error:
        raise SettingsError(f"The feeds file {path} cannot be read: {error.strerror}.") from error
    if len(raw) > MAX_FILE_BYTES:
        raise SettingsError(
            f"The feeds file {path} is larger than {MAX_FILE_BYTES // 1024**2} MiB; is it the right file?"
        )
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_opml(path, raw)
    return _read_toml(path, raw)


# ---------------------------------------------------------------- TOML


def _read_toml(path: Path, raw: bytes) -> FeedsFile:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SettingsError(
            f"{path.name}:{line}: the feeds file {path} is not UTF-8 text; save it as UTF-8."
        ) from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The feeds file {path} is no valid TOML: {error}. Nothing was started.") from error
    lines = _TomlLines(path.name, text)
    faults = [
        f"{lines.of_key((), key)}: {unknown_name(key, ('settings', 'feeds'), 'table or key')}"
        for key in content
        if key not in ("settings", "feeds")
    ]
    settings = content.get("settings", {})
    listed = content.get("feeds", [])
    if not isinstance(settings, dict):
        faults.append(f"{lines.of_key((), 'settings')}: settings must be a table: write [settings]")
        settings = {}
    if not isinstance(listed, list) or not all(isinstance(feed, dict) for feed in listed):
        faults.append(f"{lines.of_key((), 'feeds')}: feeds must be a list of tables: write [[feeds]] before each feed")
        listed = []
    feeds: list[FeedSpec] = []
    places: dict[str, str] = {}
    for number, table in enumerate(listed):
        scope = ("feeds", number)
        try:
            feed = FeedSpec.model_validate(table)
        except ValidationError as error:
            for fault in error.errors():
                key = str(fault["loc"][0])
                told = (
                    unknown_name(key, FeedSpec.model_fields, "key of a feed")
                    if fault["type"] == "extra_forbidden"
                    else describe(fault)
                )
                faults.append(f"{lines.of_key(scope, key)}: {told}")
            continue
        place = lines.of_key(scope, "url")
        if feed.address in places:
            first = places[feed.address]
            faults.append(f"{place}: the feed {feed.address} stands already at {first}; remove one of the two")
        else:
            places[feed.address] = place
            feeds.append(feed)
    _raise_if(faults, path)
    sources = {key: lines.of_key(("settings",), key) for key in settings}
    return FeedsFile(path=path, feeds=tuple(feeds), settings=settings, setting_sources=sources)


class _TomlLines:
    """Where a key stands: tomllib tells positions of syntax errors only."""

    _TABLE = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
    _KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*(?:\.[^=]*)?=")

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines: dict[tuple[Any, ...], int] = {}
        scope: tuple[Any, ...] = ()
        counts: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if table := self._TABLE.match(line):
                title = table[2].strip("\"' ")
                if table[1] == "[[":
                    scope = (title, counts.get(title, 0))
                    counts[title] = counts.get(title, 0) + 1
                else:
                    scope = (title,)
                self._lines.setdefault(scope, number)
                self._lines.setdefault((title,), number)
            elif key := self._KEY.match(line):
                self._lines.setdefault((*scope, key[1]), number)

    def of_key(self, scope: tuple[Any, ...], key: str) -> str:
        """ "file:line" of a key, of its table when the key itself is missing, or of the file."""
        line = self._lines.get((*scope, key)) or self._lines.get(scope)
        return f"{self._name}:{line}" if line else self._name


# ---------------------------------------------------------------- OPML


def _read_opml(path: Path, raw: bytes) -> FeedsFile:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise SettingsError(f"The feeds file {path} is no valid OPML: {error}. Nothing was started.") from error
    if etree.QName(root).localname.lower() != "opml":
        raise SettingsError(
            f"The feeds file {path} is XML of the kind <{etree.QName(root).localname}>, not OPML. "
            "A single feed goes into a feeds.toml as [[feeds]] with its url."
        )
    feeds: dict[str, FeedSpec] = {}
    faults = []
    for outline in root.iter("outline"):
        attributes = {name.lower(): str(value).strip() for name, value in outline.attrib.items()}
        if not attributes.get("xmlurl"):
            continue
        name = (attributes.get("title") or attributes.get("text") or "")[:200] or None
        language = attributes.get("language", "")
        try:
            known_language = language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) else None
            feed = FeedSpec(url=attributes["xmlurl"], name=name, language=known_language)
        except ValidationError as error:
            faults += [f"{path.name}:{outline.sourceline}: {describe(fault)}" for fault in error.errors()]
            continue
        feeds.setdefault(feed.address, feed)  # readers export a feed once for each folder that it is filed in
    _raise_if(faults, path)
    return FeedsFile(path=path, feeds=tuple(feeds.values()), settings={}, setting_sources={})


def _raise_if(faults: list[str], path: Path) -> None:
    if faults:
        raise SettingsError(
            f"The feeds file {path} is wrong, nothing was started:\n" + "\n".join(f"  {f}" for f in faults)
        )
