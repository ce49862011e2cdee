"""`newsledger merge` and `newsledger split`: which addresses are one article, decided by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flows.cli.common import Common, common_options, echo_json_line, printable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_reason_option = click.option("--reason", metavar="TEXT", default="no reason given", help="Why; it is kept with it.")
_json_option = click.option("--json", "is_json", is_flag=True, help="Print a JSON object.")


@click.command("merge")
@click.argument("url")
@click.argument("kept_url")
@_reason_option
@_json_option
@common_options
def merge_command(url: str, kept_url: str, reason: str, is_json: bool, common: Common) -> None:
    """Makes the article at URL one with the article at KEPT_URL, which stands for both from now on.

    All addresses of the first lead to the second, and loads to come keep to it.  Nothing is deleted: newsledger split
    undoes it.

    Example: newsledger merge https://news.example/crane-2 https://news.example/crane --reason "printed twice"
    """
    from warehouse.identity import merge_articles

    with _warehouse(common, "merge") as (connection, now):
        merge = merge_articles(connection, url, kept_url, reason=reason, now=now)
    told = {"merged_article_id": merge.merged_article_id, "kept_article_id": merge.kept_article_id}
    sentence = f"Article {merge.merged_article_id} is one with {merge.kept_article_id} now. These addresses lead there:"
    _tell("merged", told, sentence, merge.urls, is_json=is_json)


@click.command("split")
@click.argument("url")
@_reason_option
@_json_option
@common_options
def split_command(url: str, reason: str, is_json: bool, common: Common) -> None:
    """Undoes the latest merge that brought URL to its article, with all that it moved.

    Where no merge but a load joined them (by a text, a guid, a redirect or what a page states), URL is parted from the
    article for good, and the next run reads it as an article of its own.

    Example: newsledger split https://news.example/crane-2 --reason "another crane"
    """
    from warehouse.identity import Merge, split_address

    with _warehouse(common, "split") as (connection, now):
        split = split_address(connection, url, reason=reason, now=now)
    if isinstance(split, Merge):
        told = {"merged_article_id": split.merged_article_id, "kept_article_id": split.kept_article_id}
        sentence = (
            f"The merge of article {split.merged_article_id} with {split.kept_article_id} is undone. "
            "These addresses lead to the former again:"
        )
        _tell("unmerged", told, sentence, split.urls, is_json=is_json)
        return
    told = {"article_id": split.article_id, "evidence": split.evidence}
    sentence = (
        f"These addresses were joined with article {split.article_id} (by {split.evidence}) and are parted from it; "
        "the next run asks for them anew:"
    )
    _tell("parted", told, sentence, split.urls, is_json=is_json)


@contextmanager
def _warehouse(common: Common, command: str) -> Iterator[tuple[DuckDBPyConnection, datetime]]:
    """The warehouse for writing, with all that is staged loaded, and the time; no run can begin meanwhile."""
    from flows.lock import run_lock
    from flows.spool import load_spool
    from warehouse.connection import ensure_schema, open_writer

    settings, now = common.configuration().settings, common.clock()
    with run_lock(settings.lock_file, run_id=f"newsledger {command}", now=now):
        if settings.warehouse.exists():
            ensure_schema(settings.warehouse, wait_seconds=settings.warehouse_wait, now=now)
        load_spool(settings, now=now, note=lambda sentence: click.echo(f"newsledger: {printable(sentence)}", err=True))
        with open_writer(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
            yield connection, now


def _tell(action: str, told: Mapping[str, Any], sentence: str, urls: Sequence[str], *, is_json: bool) -> None:
    if is_json:
        echo_json_line({"action": action, **told, "urls": urls})
        return
    click.echo(sentence)
    for url in urls:
        click.echo(f"  {printable(url)}")
