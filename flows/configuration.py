"""From what a user or a schedule gives to what a run needs: parameters → settings and feeds."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from flows.clock import Clock
from flows.feeds_file import FeedsFile, FeedSpec, find_feeds_file, read_feeds_file
from flows.settings import Settings, SettingsInForce, resolve_settings, unknown_name
from transforms.errors import SettingsError
from warehouse.rows import without_credentials


class IngestParameters(BaseModel):
    """What one ingest run may be asked to do.  Everything else is a setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: Path | None = Field(default=None, description="Feeds file with settings; default: the usual places.")
    feeds: Path | None = Field(default=None, description="Feeds file (TOML or OPML) whose feeds are followed instead.")
    warehouse: Path | None = Field(default=None, description="The DuckDB file, in place of the setting.")
    only: tuple[str, ...] = Field(default=(), description="Names or addresses of the feeds to ask; empty: all.")
    force: bool = Field(default=False, description="Ask feeds that are not due; pacing and robots.txt hold.")
    wait: bool = Field(default=False, description="While another run is in progress, wait for its end.")
    now: AwareDatetime | None = Field(default=None, description="Start with this time instead of the clock's.")
    trigger: Literal["manual", "schedule", "demo"] | None = Field(
        default=None, description="What the run is recorded as; by default found out from how it was started."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The settings in force, with their sources, and the feeds to follow."""

    in_force: SettingsInForce
    config_file: Path
    feeds_file: Path
    feeds: Sequence[FeedSpec]

    @property
    def settings(self) -> Settings:
        """The settings alone."""
        return self.in_force.settings


def read_configuration(
    *,
    config: Path | None = None,
    feeds: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Configuration:
    """Reads the feeds file and resolves the settings.  Raises SettingsError with everything that is wrong.

    With `feeds`, its feeds are followed in place of those of the config file; a TOML file given as `feeds` without
    `config` is both.
    """
    environ = os.environ if environ is None else environ
    given = config or (Path(environ["NEWSLEDGER_CONFIG"]) if environ.get("NEWSLEDGER_CONFIG") else None)
    listed = read_feeds_file(feeds) if feeds else None
    if listed and given is None and listed.path.suffix.lower() == ".toml":
        configured = listed
    else:
        configured = read_feeds_file(find_feeds_file(given, working_folder=Path.cwd(), home=Path.home()))
    in_force = _resolve(configured, flags or {}, environ)
    source = listed or configured
    return Configuration(in_force=in_force, config_file=configured.path, feeds_file=source.path, feeds=source.feeds)


def _resolve(configured: FeedsFile, flags: Mapping[str, Any], environ: Mapping[str, str]) -> SettingsInForce:
    return resolve_settings(
        flags=flags,
        environ=environ,
        file_values=configured.settings,
        file_sources=configured.setting_sources,
        base=configured.path.absolute().parent,
    )


def choose_feeds(feeds: Sequence[FeedSpec], only: Sequence[str], file: Path) -> list[FeedSpec]:
    """The feeds that a run follows.

    A word of `only` picks the feeds of that name or address (case does not matter).
    Raises SettingsError when there is nothing to follow or a word picks nothing.
    """
    if not feeds:
        raise SettingsError(f'The feeds file {file} lists no feed. Add at least one:\n  [[feeds]]\n  url = "https://…"')
    if not only:
        return list(feeds)
    chosen: dict[str, FeedSpec] = {}
    for word in only:
        wanted = without_credentials(word).casefold()
        matching = [feed for feed in feeds if wanted in (feed.address.casefold(), (feed.name or "").casefold())]
        if not matching:
            names = [feed.name or feed.address for feed in feeds]
            raise SettingsError(
                f"In {file}: {unknown_name(without_credentials(word), names, 'feed')}. Nothing was started."
            )
        chosen.update((feed.url, feed) for feed in matching)
    return list(chosen.values())


def read_now(text: str) -> datetime:
    """The moment that --now or NEWSLEDGER_NOW names.  Raises SettingsError for anything but ISO 8601 with an offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(f"--now {text!r} is no time; write it like 2026-11-22T16:30:00Z.") from None
    if moment.tzinfo is None:
        raise SettingsError(f"--now {text!r} names no offset from UTC; write {text.strip()}Z for UTC.")
    if not 2000 <= moment.year < 2200:
        raise SettingsError(f"--now {text!r} is not in this age; a year from 2000 to 2199 is wanted.")
    return moment.astimezone(UTC)


def clock_for(now: datetime | None) -> Clock:
    """The clock of a run: the wall clock, or one that starts at `now`."""
    return Clock.starting_at(now) if now else Clock()
