"""Settings: what is in force, and where each value came from.

A value is taken from a flag, else from a NEWSLEDGER_* variable, else from `[settings]` of the feeds file, else it is
the default.  Everything is read once, validated together, and passed down; nothing reads the environment later.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows.durations import parse_duration
from transforms.errors import SettingsError
from transforms.records import KeepText
from warehouse.rows import without_credentials

PREFIX = "NEWSLEDGER_"
NOT_SETTINGS = frozenset({"NEWSLEDGER_NOW", "NEWSLEDGER_CONFIG"})
"""Variables with our prefix that stand for flags of the command line, not for settings."""

LARGEST_PAGE_MB = 50
"""What `page_max_mb` may be: parsing takes many times the memory of the bytes."""

_PLACEHOLDER = re.compile(
    r"(?:^|[@./])example\.(?:com|org|net)\b|\b(?:your|my)[-_ ]?(?:name|mail|email|domain|site)\b|"
    r"@(?:example|localhost|domain|test)\b|changeme",
    re.IGNORECASE,
)
_CRON_FIELD = re.compile(r"[\d*/,\-A-Za-z#?L]+")


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """The folder for state and data, by the XDG base directory specification."""
    base = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "newsledger"


def default_warehouse(data_dir: Path) -> Path:
    """The database file of an installation that names none."""
    return data_dir / "newsledger.duckdb"


class Settings(BaseModel):
    """What one installation does.  Times are in seconds unless the name says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: str | None = Field(
        default=None, description="Where a publisher reaches you: a page or mailto: address, sent with every request."
    )
    data_dir: Path = Field(description="Folder for the spool, the raw archive and the lock.")
    warehouse: Path = Field(description="The DuckDB file; default: newsledger.duckdb in data_dir.")
    warehouse_wait: float = Field(default=30.0, ge=0, le=3600, description="Seconds to wait for a warehouse in use.")
    per_host_interval: float = Field(
        default=1.0, ge=0, le=3600, description="Seconds between two starts on one host (registrable domain)."
    )
    per_host_concurrency: int = Field(default=1, ge=1, le=16, description="Requests in flight on one host.")
    workers: int = Field(default=1, ge=1, le=256, description="Processes that parse and extract; default: all cores.")
    schedule: str = Field(
        default="every 30 minutes", description='When `newsledger serve` runs: a duration ("30m") or five cron fields.'
    )
    max_run_minutes: float = Field(
        default=55.0, gt=0, le=10080, description="After this no new page is asked for; the rest is deferred."
    )
    max_entries_per_feed: int = Field(default=2000, ge=1, le=100_000, description="Entries read from one feed.")
    feed_max_mb: float = Field(
        default=10.0, gt=0, le=16, description="Largest feed that is read, in MiB on the wire and inflated."
    )
    page_max_mb: float = Field(
        default=5.0, gt=0, le=LARGEST_PAGE_MB, description="Largest page that is read, in MiB on the wire and inflated."
    )
    fresh_within: str = Field(
        default="30m",
        description='How soon news of a lively feed are wanted; "off" asks only as often as misses nothing.',
    )
    archive_days: float | None = Field(
        default=None, gt=0, le=36500, description="Days for which raw answers are kept; default: for good."
    )
    archive_max_gb: float | None = Field(
        default=None,
        gt=0,
        description="Size of the raw archive in GB, beyond which its oldest files go; default: none.",
    )
    keep_text: KeepText = Field(
        default=KeepText.FULL,
        description="How much text is kept from now on: full, facts (no bodies, no raw archive) or none (no words).",
    )
    allow_hosts: tuple[str, ...] = Field(
        default=(), description="Private or loopback hosts that may be asked all the same."
    )
    recheck: Literal["announced", "off"] = Field(
        default="announced", description="Whether articles are read again when their feed says that they changed."
    )

    @field_validator("contact")
    @classmethod
    def _contact_is_real(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        value = value.strip()
        if _PLACEHOLDER.search(value):
            raise ValueError(f"{value!r} is a placeholder; give a page or a mail address that somebody reads")
        if not value.isascii() or any(ord(character) < 32 for character in value):
            raise ValueError(f"{value!r} cannot stand in an HTTP header; use ASCII characters on one line")
        if not re.search(r"https?://[^\s/]+\.\w|[^\s@]+@[^\s@]+\.\w", value):
            raise ValueError(f"{value!r} is no way to reach you; give https://… or mailto:name@domain")
        return value

    @field_validator("fresh_within")
    @classmethod
    def _fresh_within_is_a_duration(cls, value: str) -> str:
        if value != "off":
            parse_duration(value)
        return value

    @property
    def fresh_time(self) -> timedelta | None:
        """`fresh_within` as a time; None where it is off."""
        return None if self.fresh_within == "off" else parse_duration(self.fresh_within)

    @field_validator("schedule")
    @classmethod
    def _schedule_is_known(cls, value: str) -> str:
        fields = value.split()
        if len(fields) == 5 and all(_CRON_FIELD.fullmatch(field) for field in fields):
            return value
        parse_duration(value)
        return value

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def max_bytes(self) -> dict[str, int]:
        """The caps on bodies by the purpose of the request."""
        feed, page = int(self.feed_max_mb * 1024**2), int(self.page_max_mb * 1024**2)
        return {"feed": feed, "sitemap": feed, "page": page, "recheck": page}

    @property
    def spool(self) -> Path:
        """Folder of the batches that are not yet in the warehouse: each warehouse has its own."""
        if self.warehouse == default_warehouse(self.data_dir):
            return self.data_dir / "spool"
        digest = blake2b(os.fsencode(self.warehouse), digest_size=4).hexdigest()
        return self.data_dir / f"spool-{self.warehouse.stem}-{digest}"

    @property
    def archive(self) -> Path:
        """Folder of the raw archive."""
        return self.data_dir / "archive"

    @property
    def lock_file(self) -> Path:
        """Held while a run is in progress."""
        return self.data_dir / "run.lock"

    @property
    def prefect_file(self) -> Path:
        """Where `newsledger serve` leaves the address of the Prefect server that it started."""
        return self.data_dir / "prefect-server.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsInForce:
    """The settings and, for each name, where its value came from ("flag", "NEWSLEDGER_WORKERS", "feeds.toml:3", …)."""

    settings: Settings
    sources: Mapping[str, str]


def resolve_settings(
    *,
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    file_values: Mapping[str, Any],
    file_sources: Mapping[str, str],
    base: Path,
) -> SettingsInForce:
    """Puts the layers together.

    `file_values` is the `[settings]` table, `file_sources` names each key's place ("feeds.toml:3"), and relative
    paths in the file are relative to `base`; those of flags and variables to the working folder.
    Raises SettingsError that lists every fault at once.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    faults = _unknown_variables(environ)
    for name in Settings.model_fields:
        variable = PREFIX + name.upper()
        if flags.get(name) is not None:
            values[name], sources[name] = flags[name], "flag"
        elif environ.get(variable, "").strip():
            values[name], sources[name] = environ[variable], variable
        elif name in file_values:
            values[name], sources[name] = file_values[name], file_sources.get(name, "feeds file")
            if name in ("data_dir", "warehouse") and isinstance(values[name], str):
                values[name] = base / Path(values[name]).expanduser()
        else:
            sources[name] = "default"
    for name in set(file_values) - set(Settings.model_fields):
        faults.append(f"{file_sources.get(name, 'feeds file')}: {unknown_name(name, Settings.model_fields, 'setting')}")
    values.setdefault("data_dir", default_data_dir(environ))
    values.setdefault("workers", os.cpu_count() or 1)
    for name in ("data_dir", "warehouse"):
        if isinstance(values.get(name), str | Path):
            values[name] = Path(values[name]).expanduser().absolute()
    if "warehouse" not in values and isinstance(values["data_dir"], Path):
        values["warehouse"] = default_warehouse(values["data_dir"])
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        faults += [f"{sources.get(str(e['loc'][0]), 'settings')}: {describe(e)}" for e in error.errors()]
        raise SettingsError(_all_faults(faults)) from error
    if faults:
        raise SettingsError(_all_faults(faults))
    return SettingsInForce(settings=settings, sources=sources)


def describe(error: Mapping[str, Any]) -> str:
    """One pydantic error as a sentence that names the key, the value and the reason."""
    name = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    given = without_credentials(str(error["input"])) if isinstance(error.get("input"), str) else error.get("input")
    shown = "" if repr(given) in message or isinstance(given, dict) else f" (given: {given!r})"
    return f"{name}: {message[0].lower()}{message[1:]}{shown}"


def unknown_name(name: str, known: Any, what: str) -> str:
    """A sentence for a name that does not exist, with the nearest ones that do."""
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return f"unknown {what} {name!r}; {hint}"


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    return [
        unknown_name(name, sorted(known), "variable")
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]


def _all_faults(faults: list[str]) -> str:
    if len(faults) == 1:
        return f"The settings are wrong, nothing was started. {faults[0]}"
    return "The settings are wrong, nothing was started:\n" + "\n".join(f"  {fault}" for fault in faults)
