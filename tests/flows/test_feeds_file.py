"""The feeds file: TOML or OPML, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.feeds_file import find_feeds_file, read_feeds_file, shipped_feeds_file
from transforms.errors import SettingsError


def write(folder: Path, text: str, name: str = "feeds.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_toml_file_gives_feeds_and_settings(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
[settings]
contact = "mailto:desk@paper.news"

[[feeds]]
url = "https://paper.news/rss"
name = "Paper"
language = "pt-BR"
country = "BR"
tags = ["daily"]
every = "2h"

[[feeds]]
url = "https://radio.news/atom"
fetch = "feed"
""",
    )
    found = read_feeds_file(path)
    assert [feed.url for feed in found.feeds] == ["https://paper.news/rss", "https://radio.news/atom"]
    assert [feed.name for feed in found.feeds] == ["Paper", None]
    assert found.settings == {"contact": "mailto:desk@paper.news"}
    assert found.setting_sources == {"contact": "feeds.toml:3"}


def test_every_fault_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
[[feeds]]
url = "https://paper.news/rss"
nmae = "Paper"

[[feeds]]
url = "ftp://radio.news/atom"
language = "in German"

[[feeds]]
name = "no address"

[[feeds]]
url = "https://paper.news/rss2"
every = "often"

[[feeds]]
url = "https://paper.news/rss2"
[setings]
""",
    )
    with pytest.raises(SettingsError) as raised:
        read_feeds_file(path)
    told = str(raised.value).splitlines()[1:]
    assert [line.strip().split(": ")[0] for line in told] == [
        "feeds.toml:19",
        "feeds.toml:4",
        "feeds.toml:7",
        "feeds.toml:8",
        "feeds.toml:10",
        "feeds.toml:15",
    ]
    assert "did you mean 'name'?" in told[1]
    assert "http:// or https://" in told[2]


def test_a_feed_listed_twice_is_a_fault_that_names_both_places(tmp_path: Path) -> None:
    feed = '[[feeds]]\nurl = "https://paper.news/rss"\n'
    with pytest.raises(SettingsError, match=r"feeds.toml:4: the feed .* stands already at feeds.toml:2"):
        read_feeds_file(write(tmp_path, feed + feed))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[[feeds]\n", r"no valid TOML.*line 1", id="toml-syntax"),
        pytest.param("feeds = 3\n", "must|write .*feeds", id="feeds-is-no-list"),
        pytest.param("settings = 3\n", "write .settings.", id="settings-is-no-table"),
        pytest.param("<opml><body>", "no valid OPML", id="cut-opml"),
        pytest.param("<rss version='2.0'/>", "of the kind <rss>, not OPML", id="a-feed-instead-of-a-list"),
    ],
)
def test_a_file_that_is_no_feeds_file_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_feeds_file(write(tmp_path, text))


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_bytes(b'[[feeds]]\nurl = "https://paper.news/"\nname = "Caf\xe9"\n')
    with pytest.raises(SettingsError, match=r"feeds.toml:3: .* not UTF-8"):
        read_feeds_file(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no feeds file"):
        read_feeds_file(tmp_path / "feeds.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_feeds_file(tmp_path)


OPML = """<?xml version="1.0"?>
<opml version="2.0"><body>
<outline text="World">
<outline type="rss" text="Paper" xmlUrl="https://paper.news/rss"/>
<outline type="rss" title="Radio" xmlUrl=" https://radio.news/atom "/>
</outline>
<outline text="Favourites"><outline type="rss" text="Paper again" xmlUrl="https://paper.news/rss"/></outline>
</body></opml>
"""


def test_an_opml_file_serves_as_a_feeds_file_and_a_feed_in_two_folders_is_one(tmp_path: Path) -> None:
    found = read_feeds_file(write(tmp_path, OPML, "subscriptions.opml"))
    assert [(feed.url, feed.name) for feed in found.feeds] == [
        ("https://paper.news/rss", "Paper"),
        ("https://radio.news/atom", "Radio"),
    ]


def test_an_opml_outline_with_a_bad_address_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"subscriptions.opml:5: .*http:// or https://"):
        read_feeds_file(write(tmp_path, OPML.replace(" https://radio", "feed://radio"), "subscriptions.opml"))


def test_external_entities_of_an_opml_file_are_not_read(tmp_path: Path) -> None:
    secret = write(tmp_path, "https://secret.news/rss", "secret.txt")
    text = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "{secret.as_uri()}">]><opml><body><outline xmlUrl="https://a.news/">&x;</outline></body></opml>'
    assert [feed.url for feed in read_feeds_file(write(tmp_path, text, "x.opml")).feeds] == ["https://a.news/"]


def test_the_usual_places_are_looked_at_in_order(tmp_path: Path) -> None:
    home, working = tmp_path / "home", tmp_path / "working"
    (home / ".config" / "newsledger").mkdir(parents=True)
    working.mkdir()
    assert find_feeds_file(None, working_folder=working, home=home) == shipped_feeds_file()
    in_home = write(home / ".config" / "newsledger", "")
    assert find_feeds_file(None, working_folder=working, home=home) == in_home
    here = write(working, "")
    assert find_feeds_file(None, working_folder=working, home=home) == here
    assert find_feeds_file(in_home, working_folder=working, home=home) == in_home


def test_the_shipped_list_is_right_and_covers_languages_and_countries() -> None:
    feeds = read_feeds_file(shipped_feeds_file()).feeds
    assert len(feeds) >= 25
    assert len({feed.language for feed in feeds}) >= 8
    assert len({feed.country for feed in feeds}) >= 12
    assert all(feed.name for feed in feeds)
