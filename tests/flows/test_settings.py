"""Settings: flags before variables before the file before defaults, and every fault told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.settings import Settings, SettingsInForce, resolve_settings
from transforms.errors import SettingsError


def resolve(
    flags: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    file_values: dict[str, Any] | None = None,
    base: Path = Path("/srv/news"),
) -> SettingsInForce:
    file_values = file_values or {}
    return resolve_settings(
        flags=flags or {},
        environ=environ or {},
        file_values=file_values,
        file_sources={name: f"feeds.toml:{line}" for line, name in enumerate(file_values, start=2)},
        base=base,
    )


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default() -> None:
    file_values = {"warehouse": "file.duckdb", "workers": 3, "per_host_interval": 5}
    environ = {"NEWSLEDGER_WAREHOUSE": "/env.duckdb", "NEWSLEDGER_WORKERS": "2"}
    found = resolve({"warehouse": Path("/flag.duckdb")}, environ, file_values)
    assert found.settings.warehouse == Path("/flag.duckdb")
    assert found.settings.workers == 2
    assert found.settings.per_host_interval == 5
    assert found.settings.warehouse_wait == 30
    assert [found.sources[name] for name in ("warehouse", "workers", "per_host_interval", "warehouse_wait")] == [
        "flag",
        "NEWSLEDGER_WORKERS",
        "feeds.toml:4",
        "default",
    ]


def test_relative_paths_of_the_file_are_relative_to_the_file() -> None:
    assert resolve(file_values={"data_dir": "state"}).settings.warehouse == Path("/srv/news/state/newsledger.duckdb")


def test_relative_paths_of_variables_are_relative_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve(environ={"NEWSLEDGER_DATA_DIR": "state"}).settings.data_dir == tmp_path / "state"


def test_the_data_folder_follows_the_xdg_specification() -> None:
    assert resolve(environ={"XDG_DATA_HOME": "/data"}).settings.data_dir == Path("/data/newsledger")


def test_all_faults_are_told_at_once_with_their_places() -> None:
    with pytest.raises(SettingsError) as raised:
        resolve(
            environ={"NEWSLEDGER_WORKERS": "many", "NEWSLEDGER_CONTAKT": "mailto:desk@paper.news"},
            file_values={"warehouse_wait": -1, "per_hots_interval": 2},
        )
    message = str(raised.value)
    assert "NEWSLEDGER_WORKERS: workers" in message
    assert "NEWSLEDGER_CONTAKT" in message
    assert "did you mean 'NEWSLEDGER_CONTACT'" in message
    assert "feeds.toml:2: warehouse_wait" in message
    assert "feeds.toml:3: unknown setting 'per_hots_interval'; did you mean 'per_host_interval'?" in message


@pytest.mark.parametrize(
    "contact",
    [
        pytest.param("mailto:desk@paper.news", id="mail"),
        pytest.param("desk@paper.news", id="bare-mail"),
        pytest.param("https://paper.news/bot", id="page"),
        pytest.param("https://paper.news/bot; mailto:desk@paper.news", id="both"),
    ],
)
def test_a_contact_that_somebody_reads_is_taken(contact: str) -> None:
    assert resolve(environ={"NEWSLEDGER_CONTACT": contact}).settings.contact == contact


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        pytest.param("mailto:me@example.com", "placeholder", id="example-com"),
        pytest.param("https://www.example.org/bot", "placeholder", id="example-org"),
        pytest.param("your-email@paper.news", "placeholder", id="your-email"),
        pytest.param("changeme", "placeholder", id="changeme"),
        pytest.param("the desk", "no way to reach you", id="words"),
        pytest.param("desk@paper.news\r\nX-Evil: 1", "header", id="header-injection"),
        pytest.param("mailto:d\u00e9sk@paper.news", "header", id="not-ascii"),
    ],
)
def test_a_contact_that_leads_nowhere_is_refused(contact: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        resolve(environ={"NEWSLEDGER_CONTACT": contact})


@pytest.mark.parametrize(
    "schedule",
    [
        pytest.param("every 30 minutes", id="every"),
        pytest.param("2h", id="short"),
        pytest.param("*/15 6-22 * * mon-fri", id="cron"),
    ],
)
def test_schedules_are_durations_or_cron(schedule: str) -> None:
    assert resolve(environ={"NEWSLEDGER_SCHEDULE": schedule}).settings.schedule == schedule


@pytest.mark.parametrize("schedule", ["now and then", "0 minutes", "-5m", "* * * *"])
def test_other_schedules_are_refused_with_the_forms_that_are_understood(schedule: str) -> None:
    with pytest.raises(SettingsError, match="write a number and a unit"):
        resolve(environ={"NEWSLEDGER_SCHEDULE": schedule})


def test_hosts_in_a_variable_are_separated_by_commas() -> None:
    environ = {"NEWSLEDGER_ALLOW_HOSTS": "intranet.paper.news, 10.0.0.5"}
    assert resolve(environ=environ).settings.allow_hosts == ("intranet.paper.news", "10.0.0.5")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert resolve(environ={"NEWSLEDGER_CONTACT": ""}).settings.contact is None


def test_batches_wait_for_the_warehouse_that_they_are_of(tmp_path: Path) -> None:
    def spool(warehouse: str) -> Path:
        return Settings(data_dir=tmp_path, warehouse=tmp_path / warehouse).spool

    assert spool("newsledger.duckdb") == tmp_path / "spool"
    assert len({spool("newsledger.duckdb"), spool("other.duckdb"), spool("old/other.duckdb")}) == 3


def test_caps_on_bodies_are_by_purpose_and_in_mib() -> None:
    caps = resolve(environ={"NEWSLEDGER_FEED_MAX_MB": "2", "NEWSLEDGER_PAGE_MAX_MB": "0.5"}).settings.max_bytes
    assert caps == {"feed": 2 * 1024**2, "sitemap": 2 * 1024**2, "page": 512 * 1024, "recheck": 512 * 1024}


@pytest.mark.parametrize(("name", "value"), [("feed_max_mb", 17), ("page_max_mb", 51), ("page_max_mb", 0)])
def test_caps_have_a_cap(name: str, value: int) -> None:
    with pytest.raises(SettingsError, match=name):
        resolve({name: value})
