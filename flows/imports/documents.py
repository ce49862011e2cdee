"""Documents in the schema: text files become articles like fetched pages do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from flows.imports.sources import why
from transforms.document import parse
from transforms.errors import DocumentError
from transforms.records import Article, PageResult

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024


def document_url(file: Path) -> str:
    """The address of a document: document:<folder name>/<file stem>, percent-encoded like a path.

    A name that is no UTF-8 is encoded byte by byte.  Raises OSError or RuntimeError for a loop of symbolic links.
    """
    file = file.resolve()
    return f"document:{quote(os.fsencode(file.parent.name))}/{quote(os.fsencode(file.stem))}"


def read_documents(
    files: Iterable[Path], run_id: str, *, clock: Callable[[], datetime], problem: Callable[[str], None]
) -> Iterator[PageResult]:
    """The documents that can be read, in their order; `problem` gets a sentence for each that cannot."""
    addresses: dict[str, Path] = {}
    for file in files:
        try:
            text = _text(file)
            url = document_url(file)
            article = parse(text, url=url)
            first = addresses.setdefault(url, file)
            if first is not file:
                if not first.samefile(file):
                    problem(
                        f"{file}: has the same address as {first}, {url}, so only that one is imported. Rename one of "
                        "the files or their folders, or import them one after the other to make versions of them."
                    )
                continue
            yield _result(article, url, run_id, clock())
        except (DocumentError, OSError, RuntimeError) as error:
            problem(f"{file}: {why(error)}")


def _text(file: Path) -> str:
    """A document's text, without a byte order mark.  Raises DocumentError or OSError."""
    if file.stat().st_size > MAX_DOCUMENT_BYTES:
        raise DocumentError(f"larger than {MAX_DOCUMENT_BYTES // 1024**2} MiB, which is no article.")
    try:
        return file.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 text (byte {error.start}).") from error


def _result(article: Article, url: str, run_id: str, now: datetime) -> PageResult:
    return PageResult(
        run_id=run_id,
        url=url,
        url_key=url,
        purpose="page",
        stage="import",
        at=now,
        outcome=None,
        reason="The document was imported.",
        hops=(url,),
        article=article,
    )
