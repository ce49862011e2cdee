"""`newsledger config` and `newsledger version`."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import click

from flows.cli.common import Common, as_json, common_options, printable
from transforms.text import counted


@click.command("config")
@click.option("--json", "is_json", is_flag=True, help="One JSON object.")
@common_options
def config_command(is_json: bool, common: Common) -> None:
    """Prints every setting in force and where its value comes from.

    Example: NEWSLEDGER_WORKERS=1 newsledger config
    """
    configuration = common.configuration()
    values: dict[str, Any] = configuration.settings.model_dump(mode="json")
    sources = configuration.in_force.sources
    if is_json:
        found = {name: {"value": value, "from": sources[name]} for name, value in values.items()}
        files = {"config_file": str(configuration.config_file), "feeds": len(configuration.feeds)}
        click.echo(as_json({**files, "settings": found}))
        return
    click.echo(f"feeds file  {configuration.config_file} ({counted(len(configuration.feeds), 'feed')})")
    width = max(map(len, values))
    for name, value in values.items():
        shown = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        click.echo(f"{name:<{width}}  {printable(shown) or '(none)'}  [{sources[name]}]")


@click.command("version")
def version_command() -> None:
    """Prints the version.

    Example: newsledger version
    """
    click.echo(f"newsledger {version('newsledger')}")
