"""`newsledger import` and `newsledger show`: documents in, articles out."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.common import Common, common_options, printable, write_document
from transforms.errors import InputError


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@common_options
def import_command(paths: tuple[Path, ...], common: Common) -> None:
    """Loads documents in the schema from files and folders (*.txt) into the same tables as fetched articles.

    A document's address is document:<folder>/<file name without .txt>; a changed file is a new version.

    Example: newsledger import ./archive-1998
    """
    from flows.documents import import_documents

    report = import_documents(paths, common.configuration().settings, clock=common.clock)
    for problem in report.problems:
        click.echo(f"newsledger: {printable(problem)}", err=True)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items()) or "nothing"
    click.echo(f"{report.read} documents read: {counts}.")
    if report.problems:
        raise InputError(
            f"{len(report.problems)} files or folders, named above, could not be imported; the other documents are "
            "in the warehouse. Mend what is named and import it again."
        )


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

    path, wait_seconds = common.warehouse_to_read
    with open_reader(path, wait_seconds=wait_seconds) as connection:
        article = find_article(connection, url)
    if article is None:
        raise InputError(
            f"The warehouse {path} has no article under {url}. "
            "If a feed listed that address, the view url_status says what became of it (newsledger sql)."
        )
    write_document(render(article))
