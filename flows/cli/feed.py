"""`newsledger feed`: what one feed says, or many."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import click

from flows.acquire.poll import parse_feed_bytes
from flows.acquire.workers import LocalEngine
from flows.cli.common import (
    FILE,
    Common,
    FileName,
    as_json,
    common_options,
    echo_json_line,
    printable,
    writing_to_stdout,
)
from flows.cli.inputs import batch_lines, fetch_url, file_in, is_url, one_of, read_file_or_stdin, text_in
from flows.in_order import in_order
from transforms.errors import InputError, WorkerError
from transforms.feeds.parse import document_as_dict
from transforms.records import FeedDocument
from transforms.text import counted

FEED_SECONDS = 9.0
"""Time limit of one document of a batch: a feed that takes longer is an attack, not a feed."""

_EXAMPLE_LINE = '{"id": "1", "file": "rss.xml"}'


@click.command("feed")
@click.argument("feed", required=False, type=FileName(allow_dash=True))
@click.option("--batch", type=FILE, help='JSON Lines of {"id", "file": path}.')
@click.option("--workers", type=click.IntRange(1, 256), help="Processes for --batch; default: the setting.")
@click.option("--json", "is_json", is_flag=True, help="The whole document as one JSON object.")
@common_options
def feed_command(feed: str | None, batch: Path | None, workers: int | None, is_json: bool, common: Common) -> None:
    """Reads FEED, a file, a URL or "-" for standard input: RSS, Atom, JSON Feed or a news sitemap.

    Example: newsledger feed https://feeds.bbci.co.uk/news/world/rss.xml
    """
    one_of(feed, batch, message="Give one FEED (a file, a URL or -), or --batch FILE.")
    settings = common.configuration().settings
    limit = settings.max_entries_per_feed
    with LocalEngine(workers=workers or (settings.workers if batch else 1), time_limit_seconds=FEED_SECONDS) as engine:
        if batch is not None:
            _read_batch(engine, batch, limit, places=(workers or settings.workers) * 4)
            return
        assert feed is not None
        if is_url(feed):
            fetched = fetch_url(feed, settings, purpose="feed", clock=common.clock)
            body, url, content_type = fetched.body, fetched.url, fetched.headers.get("content-type")
        else:
            body, url, content_type = read_file_or_stdin(feed), "", None
        try:
            document = engine.submit(parse_feed_bytes, body, url, content_type, limit).result()
        except (InputError, WorkerError) as error:
            raise InputError(f"{'Standard input' if feed == '-' else feed}: {error}") from error
    if is_json:
        echo_json_line(document_as_dict(document))
    else:
        with writing_to_stdout():
            _print(document)


def _print(document: FeedDocument) -> None:
    click.echo(f"{document.kind} {document.version}: {printable(document.title or '(no title)')}")
    for entry in document.entries:
        when = entry.published or entry.updated
        click.echo(
            f"{when.at.isoformat(timespec='minutes') if when else '(no date)':<22}  {printable(entry.title or '')}"
        )
        click.echo(f"{'':<22}  {printable(entry.link or '(no link)')}")
    click.echo(counted(len(document.entries), "entry", "entries"), err=True)
    for problem in document.problems:
        click.echo(f"newsledger: {printable(problem)}", err=True)


def _read_batch(engine: LocalEngine, path: Path, limit: int, places: int) -> None:
    folder = path.parent

    def submit(item: dict[str, Any]) -> Future[FeedDocument]:
        body = file_in(item, "file", folder)
        stated = item.get("http_headers") or {}
        if not isinstance(stated, dict):
            raise InputError(f'"http_headers" must be an object and is {as_json(stated)[:80]}.')
        headers = {key.lower(): str(value) for key, value in stated.items()}
        base = headers.get("content-location") or text_in(item, "base_url")
        return engine.submit(parse_feed_bytes, body, base, headers.get("content-type"), limit)

    for item, result in in_order(batch_lines(path, example=_EXAMPLE_LINE), submit, places=places):
        echo_json_line({"id": item["id"], **_line(result)})


def _line(result: FeedDocument | Exception) -> dict[str, Any]:
    if isinstance(result, InputError):
        return {"error": f"{type(result).__name__}: {result}", "entries": []}
    if isinstance(result, Exception):
        return {"error": f"{getattr(result, 'outcome', 'error')}: {result}", "entries": []}
    return {**document_as_dict(result), "error": None}
