"""`newsledger import` and `newsledger show`: files in, articles out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.common import FILE, Common, as_json, common_options, is_terminal, printable, write_document
from transforms.errors import InputError
from transforms.text import counted

if TYPE_CHECKING:
    from flows.imports.run import ImportReport


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--json", "is_json", is_flag=True, help="The report as one JSON object.")
@common_options
def import_command(paths: tuple[Path, ...], is_json: bool, common: Common) -> None:
    """Loads what is in files and folders into the same tables as fetched articles.

    Documents in the schema (*.txt) get the address document:<folder>/<file name without .txt>; a changed file is a new
    version.  Saved pages (*.html) get the address that they name.  WARC files (*.warc.gz) bring every web page in them;
    those that newsledger itself wrote bring the articles just as its runs loaded them, and once only.

    Example: newsledger import ./archive-1998 saved-page.html CC-NEWS-20261016.warc.gz
    """
    from flows.cli.live import showing_progress
    from flows.imports.run import import_paths

    with showing_progress("looking at the files", is_terminal=is_terminal()) as progress:
        report = import_paths(paths, common.configuration().settings, clock=common.clock, progress=progress)
    for problem in report.problems:
        click.echo(f"newsledger: {printable(problem)}", err=True)
    if is_json:
        click.echo(as_json(asdict(report)))
    else:
        _print_report(report)
    if report.problems:
        raise InputError(
            f"{counted(len(report.problems), 'file, folder or record', 'files, folders or records')}, named above, "
            "could not be imported; the others are in the warehouse. Mend what is named and import it again."
        )


def _print_report(report: ImportReport) -> None:
    read = ", ".join(counted(count, kind.removesuffix("s")) for kind, count in report.read.items()) or "nothing"
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items()) or "nothing new"
    click.echo(f"{read} read: {outcomes}.")
    if report.passed_over:
        click.echo(
            f"Passed over as no web pages (pictures, redirects, errors): {counted(report.passed_over, 'record')}."
        )
    if report.known_batches:
        batches = counted(report.known_batches, "batch", "batches")
        click.echo(f"In the warehouse already: {batches} of the archive.")


@click.command("show")
@click.argument("url")
@common_options
def show_command(url: str, common: Common) -> None:
    """Prints the article that any of its addresses, URL, leads to, in the document layout.

    Example: newsledger show https://news.example/2026/11/22/harbour-reopens
    """
    from transforms.document import render
    from warehouse.connection import open_reader
    from warehouse.reports import find_article
    from warehouse.suppressions import read_suppressions

    path, wait_seconds = common.warehouse_to_read
    with open_reader(path, wait_seconds=wait_seconds) as connection:
        article = find_article(connection, url)
        reason = read_suppressions(connection).reason_for(url)
    if reason is not None:
        raise InputError(f"The text of {url} is not kept: {reason} `newsledger forget --list` has the whole list.")
    if article is None:
        raise InputError(
            f"The warehouse {path} has no article under {url}. "
            "If a feed listed that address, `newsledger why` tells what became of it."
        )
    if not article.paragraphs:
        click.echo("newsledger: No text of this article is kept; text_state in the view articles says why.", err=True)
    write_document(render(article))
