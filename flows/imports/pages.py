"""Saved pages and the WARC files of others: every page becomes an article or an outcome, as if it had been fetched."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from flows.acquire.engine import Engine
from flows.acquire.exchange import PAGE_BYTES
from flows.acquire.page_results import believed
from flows.imports.documents import document_url
from flows.imports.extraction import extract_record, extract_saved
from flows.imports.http_messages import read_head
from flows.imports.sources import why
from flows.imports.warc_files import WarcRecord, read_records
from flows.in_order import in_order
from transforms.errors import InputError
from transforms.outcomes import Outcome
from transforms.records import Extraction, PageResult
from transforms.text import as_sentence
from transforms.urls import MAX_URL_LENGTH, url_strict

PLACES = 64
"""Pages that are read and not yet extracted, at most."""
_HTML = ("text/html", "application/xhtml+xml")


def read_saved_pages(
    files: Iterable[Path], run_id: str, *, engine: Engine, clock: Callable[[], datetime], problem: Callable[[str], None]
) -> Iterator[PageResult]:
    """What became of each saved page, in their order; `problem` gets a sentence for each that cannot be read."""

    def submit(file: Path) -> Future[Extraction]:
        return engine.submit(extract_saved, _bytes(file), document_url(file))

    for file, extraction in in_order(files, submit, places=PLACES):
        if isinstance(extraction, InputError):
            problem(str(extraction))
            continue
        if isinstance(extraction, Exception):
            extraction = Extraction(outcome=Outcome.EXTRACTOR_DIED, reason=f"extracting the page: {extraction}")
        if extraction.article is None:
            problem(f"{file}: holds no article: {extraction.outcome} ({extraction.reason}).")
            continue
        yield _result(extraction.article.url, extraction, run_id, clock(), "page imported from a file")


def read_warc_pages(
    path: Path, run_id: str, *, engine: Engine, problem: Callable[[str], None], passed_over: Callable[[], None]
) -> Iterator[PageResult]:
    """What became of each web page of a WARC file, in their order.

    `passed_over` is called for every record that is no page: pictures, redirects, errors, requests.
    Raises InputError when the file is no WARC file.
    """

    def pages() -> Iterator[WarcRecord]:
        for record in read_records(path, problem):
            if _is_page(record):
                yield record
            elif record.kind == "response":
                passed_over()

    def submit(record: WarcRecord) -> Future[Extraction]:
        return engine.submit(extract_record, record.block, record.url)

    for record, extraction in in_order(pages(), submit, places=PLACES):
        if isinstance(extraction, Exception):
            extraction = Extraction(outcome=Outcome.EXTRACTOR_DIED, reason=f"extracting the page: {extraction}")
        yield _result(record.url, extraction, run_id, record.at, f"page imported from {path.name}")


def _is_page(record: WarcRecord) -> bool:
    if record.kind != "response" or record.is_cut or not record.url.startswith(("http://", "https://")):
        return False
    if len(record.url) > MAX_URL_LENGTH:
        return False
    try:
        status, headers = read_head(record.block)
    except ValueError:
        return False
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return status in (200, 203) and (not content_type or content_type in _HTML)


def _bytes(file: Path) -> bytes:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
            body: bytes = opened.read(PAGE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{file}: {why(error)}") from error
    return body


def _result(url: str, extraction: Extraction, run_id: str, at: datetime, reason: str) -> PageResult:
    article = extraction.article
    return PageResult(
        run_id=run_id,
        url=url,
        url_key=url if url.startswith("document:") else url_strict(url),
        purpose="page",
        stage="import",
        at=at,
        outcome=extraction.outcome,
        reason=as_sentence(extraction.reason or reason),
        hops=(url,),
        article=believed(article, at) if article else None,
    )
