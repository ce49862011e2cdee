"""`newsledger extract`: the article of one page, or of many."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import click

from flows.acquire.workers import LocalEngine
from flows.cli.common import (
    FILE,
    Common,
    FileName,
    as_json,
    common_options,
    echo_as_json,
    echo_json_line,
    printable,
    write_document,
    writing_to_stdout,
)
from flows.cli.inputs import batch_lines, fetch_url, is_url, one_of, path_in, read_file, read_file_or_stdin, text_in
from flows.in_order import in_order
from transforms.article.as_dict import article_as_dict
from transforms.article.extract import extract_page
from transforms.document import render
from transforms.errors import InputError
from transforms.records import Article, Page

_EXAMPLE_LINE = '{"id": "1", "url": "https://news.example/a", "html": "a.html"}'


@click.command("extract")
@click.argument("page", required=False, type=FileName(allow_dash=True))
@click.option("--url", help="Address of the page, where PAGE is a file or stdin.")
@click.option("--batch", type=FILE, help='JSON Lines of {"id", "url", "html": path}.')
@click.option("--workers", type=click.IntRange(1, 256), help="Processes for --batch; default: the setting.")
@click.option("--json", "is_json", is_flag=True, help="The whole record as one JSON object.")
@click.option("--document", "is_document", is_flag=True, help="The document layout.")
@common_options
def extract_command(
    page: str | None,
    url: str | None,
    batch: Path | None,
    workers: int | None,
    is_json: bool,
    is_document: bool,
    common: Common,
) -> None:
    """Extracts the article of PAGE: an HTML file, a URL, or "-" for standard input.

    Examples: newsledger extract page.html --url https://news.example/a --document

    newsledger extract --batch pages.jsonl --workers 2 > articles.jsonl
    """
    one_of(page, batch, message="Give one PAGE (a file, a URL or -), or --batch FILE.")
    if is_json and is_document:
        raise click.UsageError("Choose one of --json and --document.")
    if batch is not None:
        settings = common.configuration().settings
        _extract_batch(batch, workers or settings.workers)
        return
    assert page is not None
    extraction = extract_page(_page(page, url, common))
    if extraction.article is None:
        name = "Standard input" if page == "-" else page
        raise InputError(f"{name} holds no article: {extraction.outcome} ({extraction.reason}).")
    if is_json:
        echo_json_line(article_as_dict(extraction.article))
    elif is_document:
        write_document(render(extraction.article))
    else:
        with writing_to_stdout():
            _print_fields(extraction.article)


def _page(name: str, url: str | None, common: Common) -> Page:
    if is_url(name):
        fetched = fetch_url(name, common.configuration().settings, purpose="page", clock=common.clock)
        return Page(
            url=name,
            final_url=fetched.url,
            body=fetched.body,
            content_type=fetched.headers.get("content-type"),
            headers=fetched.headers,
        )
    return Page(url=url or "", final_url=url or "", body=read_file_or_stdin(name))


def _print_fields(article: Article) -> None:
    """Every field that was found, with its witness, then the body."""
    for name, value in article_as_dict(article).items():
        if name in ("body", "witnesses", "paragraphs") or value in (None, [], ""):
            continue
        witness = article.witnesses.get(name)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        click.echo(f"{name:<22} {printable(shown)}" + (f"  [{witness}]" if witness else ""))
    click.echo()
    click.echo(printable(article.body))


def _extract_batch(path: Path, workers: int) -> None:
    """One line of JSON for each line of the batch, in its order; a page without an article says why."""
    folder = path.parent

    def submit(item: dict[str, Any]) -> Future[str]:
        return engine.submit(_answer, item["id"], path_in(item, "html", folder), text_in(item, "url"))

    with LocalEngine(workers=workers) as engine:
        for item, result in in_order(batch_lines(path, example=_EXAMPLE_LINE), submit, places=workers * 8):
            if isinstance(result, str):
                echo_as_json(result)
            else:
                outcome = getattr(result, "outcome", "bad_content")
                echo_json_line({"id": item["id"], "outcome": outcome, "reason": str(result)})


def _answer(page_id: str | int, file: Path, address: str) -> str:
    """The line of one page: reading the file and writing the JSON is a third of the work, and is the worker's, too."""
    extraction = extract_page(Page(url=address, final_url=address, body=read_file(file)))
    if extraction.article is None:
        return as_json({"id": page_id, "outcome": extraction.outcome, "reason": extraction.reason})
    return as_json({"id": page_id, **article_as_dict(extraction.article)})
