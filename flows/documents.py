"""Importing documents in the schema: folders of text files become articles like fetched pages do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from flows.lock import run_lock
from flows.settings import Settings
from transforms.document import parse
from transforms.errors import DocumentError, InputError
from transforms.records import PageResult, Run
from warehouse.connection import ensure_schema, open_writer
from warehouse.load import load_batches
from warehouse.reports import run_report
from warehouse.stage import Batch, discard_batches, pending_batches, stage_batch

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
    files = [file for path in paths for file in _documents_below(path)]
    started_at = clock()
    run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    run = Run(run_id=run_id, started_at=started_at, trigger="import", code_version=version("newsledger"))
    problems: list[str] = []
    read = 0
    with run_lock(settings.lock_file, run_id=run_id, now=started_at):
        ensure_schema(settings.warehouse, wait_seconds=settings.warehouse_wait, now=started_at)
        for number, start in enumerate(range(0, len(files), DOCUMENTS_PER_BATCH), start=1):
            results = []
            for file in files[start : start + DOCUMENTS_PER_BATCH]:
                try:
                    results.append(_document(file, run_id, clock()))
                except DocumentError as error:
                    problems.append(str(error))
            read += len(results)
            stage_batch(settings.spool, Batch(batch_id=f"{run_id}-{number:05d}", runs=[run], page_results=results))
        batches = pending_batches(settings.spool)
        with open_writer(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
            loaded = load_batches(connection, batches, loaded_at=clock())
            totals = run_report(connection, run_id).totals
        discard_batches([*loaded.loaded, *loaded.skipped])
        problems += [str(damaged) for damaged in loaded.damaged]
    return ImportReport(
        read=read, outcomes={str(outcome): count for outcome, count in totals.items()}, problems=problems
    )


def _documents_below(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise InputError(f"There is no file or folder {path}. Nothing was imported.")
    if path.is_file():
        yield path
        return
    found = sorted(file for file in path.rglob("*.txt") if file.is_file())
    if not found:
        raise InputError(f"The folder {path} holds no document (*.txt). Nothing was imported.")
    yield from found


def document_url(file: Path) -> str:
    """The address of a document: document:<folder name>/<file stem>, percent-encoded like a path."""
    file = file.resolve()
    return f"document:{quote(file.parent.name)}/{quote(file.stem)}"


def _document(file: Path, run_id: str, now: datetime) -> PageResult:
    url = document_url(file)
    try:
        if file.stat().st_size > MAX_DOCUMENT_BYTES:
            raise DocumentError(f"{file}: larger than {MAX_DOCUMENT_BYTES // 1024**2} MiB, which is no article.")
        article = parse(file.read_bytes().decode("utf-8"), url=url)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{file}: not UTF-8 text (byte {error.start}).") from error
    except OSError as error:
        raise DocumentError(f"{file}: cannot be read ({error.strerror}).") from error
    except DocumentError as error:
        raise DocumentError(f"{file}: {error}") from error
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
