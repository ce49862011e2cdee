"""Importing documents in the schema: folders of text files become articles like fetched pages do."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from flows.lock import run_lock
from flows.settings import Settings
from flows.spool import load_spool
from transforms.document import parse
from transforms.errors import DocumentError, InputError
from transforms.records import Article, PageResult, Run
from warehouse.connection import ensure_schema, open_reader
from warehouse.reports import run_report
from warehouse.stage import Batch, stage_batch, sweep_spool

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
DOCUMENTS_PER_BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did: documents read, what became of them, and a sentence for each that could not be read."""

    read: int
    outcomes: Mapping[str, int]
    problems: Sequence[str]


def import_documents(paths: Sequence[Path], settings: Settings, *, clock: Callable[[], datetime]) -> ImportReport:
    """Loads the documents below `paths`; one that cannot be read is told, and the others load.

    Raises InputError, before anything is loaded, when a path does not exist or holds no document.
    """
    problems: list[str] = []
    files = [file for path in paths for file in _documents_below(path, problems)]
    started_at = clock()
    run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    run = Run(run_id=run_id, started_at=started_at, trigger="import", code_version=version("newsledger"))
    addresses: dict[str, Path] = {}
    read = 0
    with run_lock(settings.lock_file, run_id=run_id, now=started_at):
        sweep_spool(settings.spool)
        ensure_schema(settings.warehouse, wait_seconds=settings.warehouse_wait, now=started_at)
        for start in range(0, len(files), DOCUMENTS_PER_BATCH):
            results = list(_read(files[start : start + DOCUMENTS_PER_BATCH], addresses, problems, run_id, clock))
            read += len(results)
            number = start // DOCUMENTS_PER_BATCH + 1
            stage_batch(settings.spool, Batch(batch_id=f"{run_id}-{number:05d}", runs=[run], page_results=results))
        stage_batch(settings.spool, Batch(batch_id=f"{run_id}-end", runs=[replace(run, ended_at=clock())]))
        load_spool(settings, now=clock(), note=problems.append)
        with open_reader(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
            totals = run_report(connection, run_id).totals
    return ImportReport(
        read=read, outcomes={str(outcome): count for outcome, count in totals.items()}, problems=problems
    )


def document_url(file: Path) -> str:
    """The address of a document: document:<folder name>/<file stem>, percent-encoded like a path.

    A name that is no UTF-8 is encoded byte by byte.  Raises OSError or RuntimeError for a loop of symbolic links.
    """
    file = file.resolve()
    return f"document:{quote(os.fsencode(file.parent.name))}/{quote(os.fsencode(file.stem))}"


def _documents_below(path: Path, problems: list[str]) -> Iterator[Path]:
    """The file itself, or all *.txt below a folder; folders that cannot be read become problems."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        raise InputError(f"There is no file or folder {path}. Nothing was imported.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} {_why(error)} Nothing was imported.") from error
    if not is_folder:
        yield path
        return
    told = len(problems)

    def unreadable(error: OSError) -> None:
        problems.append(f"{error.filename}: the folder {_why(error)}")

    walk = os.walk(path, onerror=unreadable)
    found = sorted(Path(folder, name) for folder, _, names in walk for name in names if name.endswith(".txt"))
    if not found and len(problems) == told:
        raise InputError(f"The folder {path} holds no document (*.txt). Nothing was imported.")
    yield from found


def _read(
    files: Sequence[Path],
    addresses: dict[str, Path],
    problems: list[str],
    run_id: str,
    clock: Callable[[], datetime],
) -> Iterator[PageResult]:
    """The documents that can be read.  `addresses` has those of the import so far, `problems` gets a sentence each."""
    for file in files:
        try:
            text = _text(file)
            url = document_url(file)
            article = parse(text, url=url)
            first = addresses.setdefault(url, file)
            if first is not file:
                if not first.samefile(file):
                    problems.append(
                        f"{file}: has the same address as {first}, {url}, so only that one is imported. Rename one of "
                        "the files or their folders, or import them one after the other to make versions of them."
                    )
                continue
            yield _result(article, url, run_id, clock())
        except (DocumentError, OSError, RuntimeError) as error:
            problems.append(f"{file}: {_why(error)}")


def _text(file: Path) -> str:
    """A document's text, without a byte order mark.  Raises DocumentError, or OSError for a file that is none."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("no ordinary file.")
    if status.st_size > MAX_DOCUMENT_BYTES:
        raise DocumentError(f"larger than {MAX_DOCUMENT_BYTES // 1024**2} MiB, which is no article.")
    try:
        return file.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 text (byte {error.start}).") from error


def _why(error: Exception) -> str:
    return f"cannot be read ({error.strerror})." if isinstance(error, OSError) else str(error)


def _result(article: Article, url: str, run_id: str, now: datetime) -> PageResult:
    return PageResult(
        run_id=run_id,
        url=url,
        url_key=url,
        purpose="page",
        stage="import",
        at=now,
        outcome=None,
        reason="document imported",
        hops=(url,),
        article=article,
    )
