"""`newsledger forget`: takedown of an article or a site, the list of what is suppressed, and its end."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.cli.common import Common, as_json, common_options, printable
from transforms.errors import InputError
from transforms.text import counted

if TYPE_CHECKING:
    from flows.forget import TakedownPlan
    from warehouse.forget import Holdings, Target
    from warehouse.suppressions import Suppression


@click.command("forget")
@click.argument("target", metavar="URL|SITE", required=False)
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the outcomes of what is forgotten.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask for confirmation.")
@click.option("--list", "is_list", is_flag=True, help="List what is suppressed.")
@click.option("--lift", metavar="URL|SITE", help="End a suppression: pages are due again, their text is not back.")
@click.option("--json", "is_json", is_flag=True, help="With --list: one JSON array.")
@common_options
def forget_command(
    target: str | None, reason: str, is_sure: bool, is_list: bool, lift: str | None, is_json: bool, common: Common
) -> None:
    """Drops all text of the article at URL, under all its addresses, or of a SITE (its registrable domain).

    From then on nobody asks for it and nothing of it is kept. Addresses, hashes, times and counts stay.

    Example: newsledger forget https://news.example/2026/11/22/story --reason "asked by its author"
    """
    if sum([target is not None, is_list, lift is not None]) != 1:
        raise click.UsageError("Give one URL or SITE to forget, or --list, or --lift URL|SITE.")
    if is_list:
        _list(common, is_json=is_json)
    elif lift is not None:
        _lift(lift, common)
    elif target is not None:
        _forget(target, reason, common, is_sure=is_sure)


def _forget(text: str, reason: str, common: Common, *, is_sure: bool) -> None:
    from flows.forget import forget, plan_takedown

    target, settings = _target(text), common.configuration().settings
    if not is_sure:
        question = _question(target.named, plan_takedown(target, settings))
        if not (sys.stdin is not None and sys.stdin.isatty()):
            raise click.UsageError(f"{question} Nothing was done; say --yes to do it.")
        click.confirm(f"{question} Go on?", abort=True, err=True)
    report = forget(target, settings, reason=reason, clock=common.clock, note=_tell)
    for path in report.removed:
        _tell(f"{path} was removed: it may have held the text and cannot be searched.")
    held = report.holdings
    click.echo(
        f"{printable(target.named)} is forgotten: {_texts(held)}, {counted(held.sightings, 'sighting')} and "
        f"{counted(report.records, 'record')} of the raw archive have no text any more."
    )


def _target(text: str) -> Target:
    """What an argument names.  Raises UsageError for what is neither an address nor a site."""
    from warehouse.forget import target_of

    try:
        return target_of(text)
    except InputError as error:
        raise click.UsageError(str(error)) from error


def _question(named: str, plan: TakedownPlan) -> str:
    held = plan.holdings
    beside = [
        told
        for count, told in (
            (plan.damaged_batches, f"{counted(plan.damaged_batches, 'damaged batch', 'damaged batches')} in the spool"),
            (plan.upgrade_copies, f"{counted(plan.upgrade_copies, 'copy', 'copies')} of the warehouse from upgrades"),
            (plan.torn_logs, f"{counted(plan.torn_logs, 'torn log')} of the warehouse"),
        )
        if count
    ]
    files = f" {' and '.join(beside)}, which cannot be searched, would be removed." if beside else ""
    return (
        f"Forgetting {printable(named)} would drop the text of {_texts(held)}, "
        f"what feeds said in {counted(held.sightings, 'sighting')}, and the raw answers.{files} It cannot be undone."
    )


def _texts(held: Holdings) -> str:
    return f"{counted(held.versions, 'version')} of {counted(held.articles, 'article')}"


def _lift(text: str, common: Common) -> None:
    from flows.forget import lift_suppression

    target = _target(text)
    lifted = lift_suppression(target, common.configuration().settings, clock=common.clock, note=_tell)
    if not lifted:
        raise InputError(f"{target.named} is not suppressed. `newsledger forget --list` says what is.")
    click.echo(f"{printable(target.named)} is suppressed no more ({len(lifted)} lifted). Its pages are due again.")


def _list(common: Common, *, is_json: bool) -> None:
    from flows.forget import suppressions_in
    from warehouse.takedowns import is_of, unfinished_sentence, unfinished_takedowns

    settings = common.configuration().settings
    found, unfinished = suppressions_in(settings), unfinished_takedowns(settings.warehouse)
    listed = [(row, row.lifted_at is None and any(is_of(row, target) for target in unfinished)) for row in found]
    for target in unfinished:
        _tell(unfinished_sentence(target))
    if is_json:
        click.echo(as_json([{**asdict(row), "is_unfinished": is_unfinished} for row, is_unfinished in listed]))
        return
    for row, is_unfinished in listed:
        click.echo(_line(row, is_unfinished=is_unfinished))
    click.echo(f"{sum(row.lifted_at is None for row in found)} in force", err=True)


def _line(row: Suppression, *, is_unfinished: bool) -> str:
    state = f"lifted on {row.lifted_at:%Y-%m-%d}" if row.lifted_at else "in force"
    state += ", takedown unfinished" if is_unfinished else ""
    return printable(f"{row.scope:<4}  {row.key}  {row.reason}  [{state}]")


def _tell(sentence: str) -> None:
    click.echo(f"newsledger: {printable(sentence)}", err=True)
