"""`newsledger reextract`: what a newer extractor reads differently in the raw archive, and the change."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.cli.common import Common, as_json, common_options, is_terminal, printable
from transforms.text import counted

if TYPE_CHECKING:
    from flows.reextract import ReextractReport
    from warehouse.reextract import ChangedField

_SHOWN = 70
"""Characters of a value that an example shows."""


@click.command("reextract")
@click.option("--site", help="Only articles of this site (its registrable domain).")
@click.option("--apply", "is_applied", is_flag=True, help="Write what has changed; without it, only tell.")
@click.option("--json", "is_json", is_flag=True, help="The report as one JSON object.")
@common_options
def reextract_command(site: str | None, is_applied: bool, is_json: bool, common: Common) -> None:
    """Reads the archived pages again that an older extractor read, and tells field by field what would change.

    Nobody is asked for anything. With --apply the versions get what is read now; they keep their numbers and the times
    at which they were observed, for the publisher changed nothing.

    Example: newsledger reextract --site news.example
    """
    from flows.cli.live import showing_progress
    from flows.reextract import reextract

    settings = common.configuration().settings
    with showing_progress("looking at the warehouse", is_terminal=is_terminal()) as progress:
        report = reextract(settings, site=site, is_applied=is_applied, clock=common.clock, progress=progress)
    for problem in report.problems:
        click.echo(f"newsledger: {printable(problem)}", err=True)
    if is_json:
        click.echo(as_json(asdict(report)))
    else:
        _print_report(report)


def _print_report(report: ReextractReport) -> None:
    if not report.outdated:
        click.echo(f"Every version was read by {report.extractor}: there is nothing to read again.")
        return
    click.echo(
        f"{counted(report.outdated, 'version was', 'versions were')} read by another extractor than "
        f"{report.extractor}; {report.read} could be read again."
    )
    if report.missing:
        click.echo(
            f"Left as they are, for their page is not in {printable(report.archive)}: {report.missing}. The settings "
            "archive_days, archive_max_gb and data_dir say what is kept, and where."
        )
    if report.lost:
        click.echo(f"Left as they are, for this extractor finds no article in their page: {report.lost}.")
    changed = "changed" if report.is_applied else "would change"
    for name, about in sorted(report.fields.items(), key=lambda item: -item[1].changed):
        click.echo(f"\n{name} {changed} in {counted(about.changed, 'version')}:")
        for example in about.examples:
            _print_example(example)
    if not report.fields:
        click.echo("No field " + ("changed." if report.is_applied else "would change."))
    if report.unfounded:
        click.echo(
            f"\n{counted(report.unfounded, 'version')} went: what differed from the one before was the extractor's "
            "doing."
        )
    if not report.is_applied:
        click.echo("\nNothing was written. Say --apply to do it.")


def _print_example(change: ChangedField) -> None:
    old, new = _where_they_differ(change.old_value or "", change.new_value or "")
    click.echo(f"  {printable(change.url)} (version {change.version})")
    click.echo(f"    - {printable(old)}")
    click.echo(f"    + {printable(new)}")


def _where_they_differ(old: str, new: str) -> tuple[str, str]:
    """Both values from a little before the place where they part, on one line each."""
    same = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - _SHOWN // 2) if max(len(old), len(new)) > _SHOWN else 0
    return _cut(old, start), _cut(new, start)


def _cut(value: str, start: int) -> str:
    shown = " ".join(value[start : start + _SHOWN].split()) or "(nothing)"
    return ("…" if start else "") + shown + ("…" if len(value) > start + _SHOWN else "")
