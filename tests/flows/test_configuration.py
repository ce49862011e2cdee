"""From flags and files to what a run needs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from flows.configuration import IngestParameters, choose_feeds, clock_for, read_configuration, read_now
from flows.durations import parse_duration
from flows.feeds_file import FeedSpec
from transforms.errors import SettingsError

FEEDS = [FeedSpec(url="https://paper.news/rss", name="Paper"), FeedSpec(url="https://radio.news/atom")]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_a_feeds_option_replaces_the_feeds_and_keeps_the_settings(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('[settings]\nworkers = 3\n[[feeds]]\nurl = "https://paper.news/rss"\n')
    (tmp_path / "other.opml").write_text('<opml><body><outline xmlUrl="https://radio.news/atom"/></body></opml>')
    found = read_configuration(feeds=tmp_path / "other.opml", environ={})
    assert [feed.url for feed in found.feeds] == ["https://radio.news/atom"]
    assert found.settings.workers == 3


def test_a_toml_file_given_as_feeds_brings_its_own_settings(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[settings]\nworkers = 4\n[[feeds]]\nurl = "https://radio.news/atom"\n')
    assert read_configuration(feeds=tmp_path / "other.toml", environ={}).settings.workers == 4


def test_the_config_variable_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "named.toml").write_text('[[feeds]]\nurl = "https://radio.news/atom"\n')
    found = read_configuration(environ={"NEWSLEDGER_CONFIG": str(tmp_path / "named.toml")})
    assert found.config_file == tmp_path / "named.toml"


def test_feeds_are_chosen_by_name_or_address_in_any_case() -> None:
    assert choose_feeds(FEEDS, ["paper"], Path("f")) == [FEEDS[0]]
    assert choose_feeds(FEEDS, ["HTTPS://radio.news/atom", "Paper"], Path("f")) == [FEEDS[1], FEEDS[0]]
    assert choose_feeds(FEEDS, [], Path("f")) == FEEDS


def test_a_feed_that_does_not_exist_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="unknown feed 'Papper'; did you mean 'Paper'"):
        choose_feeds(FEEDS, ["Papper"], Path("feeds.toml"))


def test_a_file_without_feeds_starts_nothing() -> None:
    with pytest.raises(SettingsError, match="lists no feed"):
        choose_feeds([], [], Path("feeds.toml"))


def test_now_is_read_with_its_offset() -> None:
    assert read_now("2026-11-22T16:30:00+01:00") == datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "2026-11-22T16:30:00", "1969-01-01T00:00:00Z", "9999-12-31T23:59:59Z", ""])
def test_a_now_that_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="--now"):
        read_now(text)


def test_a_shifted_clock_goes_on() -> None:
    clock = clock_for(datetime(2031, 1, 1, tzinfo=UTC))
    first = clock()
    assert first.year == 2031
    assert clock() >= first


def test_unknown_flow_parameters_are_refused() -> None:
    with pytest.raises(ValidationError, match="forse"):
        IngestParameters.model_validate({"forse": True})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30 minutes", 1800), ("every 2 h", 7200), ("Every hour", 3600), ("1.5h", 5400), ("1d", 86400)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "soon", "0m", "5 parsecs", "-1h", "1" + "0" * 400 + "d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)
