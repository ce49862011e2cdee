"""Our own archive, replayed: the batches that runs staged are staged again, from the bytes that they kept.

The articles are extracted anew from the raw answers; which page was wanted, how it was reached and what was decided of
pages without an article stands in the contexts.  A batch keeps its name, so a warehouse that has it takes no second.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from flows.acquire.archive import CONTEXT_TYPE, record_id_of
from flows.acquire.contexts import PageContext, context_from_json
from flows.acquire.engine import Engine
from flows.acquire.page_results import believed
from flows.imports.extraction import extract_replayed, with_stand_in
from flows.imports.pages import PLACES
from flows.imports.warc_files import WarcRecord, read_records, record_at
from flows.in_order import in_order
from transforms.article.from_feed import may_stand_in
from transforms.errors import InputError
from transforms.outcomes import Outcome
from transforms.records import Extraction, PageResult, Run
from transforms.text import as_sentence
from warehouse.stage import Batch

_BATCH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_RUN_LINE = re.compile(rb"^newsledger-run: (\{.*\})\r?$", re.MULTILINE)
_SOFTWARE_LINE = re.compile(rb"^software: newsledger/(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    file: Path
    offset: int


@dataclass(slots=True, kw_only=True)
class ArchiveIndex:
    """Where things stand in the files: answers by record id, each batch's contexts in their order, and the runs."""

    answers: dict[str, _Place] = field(default_factory=dict)
    contexts: dict[str, list[_Place]] = field(default_factory=lambda: defaultdict(list))
    runs: dict[str, Run] = field(default_factory=dict)


def index_archive(files: Sequence[Path], problem: Callable[[str], None]) -> ArchiveIndex:
    """Read through the files once.  `problem` gets a sentence for what is damaged."""
    index = ArchiveIndex()
    for file in files:
        try:
            for record in read_records(file, problem):
                _note(index, file, record)
        except InputError as error:
            problem(str(error))
    return index


def replay(
    index: ArchiveIndex, *, known: AbstractSet[str], token: str, engine: Engine, problem: Callable[[str], None]
) -> Iterator[Batch]:
    """The batches of the archive that are not `known`, in the order in which they were loaded.

    A batch of which a page cannot be read is given without it under a name of its own, which ends in `token`: a later
    import that has everything brings it whole.
    """
    for batch_id in sorted(index.contexts.keys() - known):
        told: list[str] = []
        contexts = list(_contexts(index.contexts[batch_id], told.append))
        results = list(_results(contexts, index, engine, told.append))
        for sentence in told:
            problem(sentence)
        run_ids = dict.fromkeys(context.result.run_id for context in contexts)
        yield Batch(
            batch_id=f"{batch_id}.{token}" if told else batch_id,
            runs=[index.runs[run_id] for run_id in run_ids if run_id in index.runs],
            page_results=results,
            fetches=list(chain.from_iterable(context.fetches for context in contexts)),
        )


def read_again(
    index: ArchiveIndex, *, wanted: AbstractSet[tuple[str, str]], engine: Engine, problem: Callable[[str], None]
) -> Iterator[list[PageResult]]:
    """The pages that are `wanted`, each by its run and the request that brought it, extracted anew: batch by batch, in
    the order in which they were loaded.
    """
    for batch_id in sorted(index.contexts):
        contexts = [
            context
            for context in _contexts(index.contexts[batch_id], problem)
            if (context.result.run_id, context.result.fetch_id) in wanted
        ]
        if contexts:
            yield list(_results(contexts, index, engine, problem))


def _note(index: ArchiveIndex, file: Path, record: WarcRecord) -> None:
    place = _Place(file=file, offset=record.offset)
    if record.kind == "response" and not record.is_cut:
        index.answers[record.record_id] = place
    elif record.kind == "warcinfo":
        if (run := _run(record)) is not None:
            index.runs[run.run_id] = run
    elif record.content_type == CONTEXT_TYPE and (batch_id := _batch_id(record.block)) is not None:
        index.contexts[batch_id].append(place)


def _batch_id(block: bytes) -> str | None:
    try:
        batch_id = json.loads(block)["batch_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return batch_id if isinstance(batch_id, str) and _BATCH_ID.fullmatch(batch_id) else None


def _run(record: WarcRecord) -> Run | None:
    run, software = _RUN_LINE.search(record.block), _SOFTWARE_LINE.search(record.block)
    if run is None or software is None:
        return None
    try:
        told = json.loads(run[1])
        run_id, trigger = str(told["run_id"]), str(told["trigger"])
    except (ValueError, KeyError, TypeError):
        return None
    return Run(
        run_id=run_id, started_at=record.at, trigger=trigger, code_version=software[1].decode("ascii", "replace")
    )


def _contexts(places: Sequence[_Place], problem: Callable[[str], None]) -> Iterator[PageContext]:
    for place in places:
        try:
            yield context_from_json(record_at(place.file, place.offset).block)
        except InputError as error:
            problem(str(error))


def _results(
    contexts: Sequence[PageContext], index: ArchiveIndex, engine: Engine, problem: Callable[[str], None]
) -> Iterator[PageResult]:
    def submit(context: PageContext) -> Future[Extraction]:
        if not _is_to_be_extracted(context):
            decided = Extraction(outcome=context.result.outcome, reason=context.result.reason)
            if may_stand_in(context.due.entry, decided.outcome):
                return engine.submit(with_stand_in, decided, context.due)
            at_once: Future[Extraction] = Future()
            at_once.set_result(decided)
            return at_once
        blocks = [_answer(index, fetch_id, context) for fetch_id in context.page_fetch_ids]
        final_url = context.result.hops[-1] if context.result.hops else context.due.url
        return engine.submit(extract_replayed, blocks, context.due, final_url, context.is_partial)

    for context, extraction in in_order(contexts, submit, places=PLACES):
        if isinstance(extraction, InputError):
            problem(str(extraction))
            continue
        if isinstance(extraction, Exception):
            extraction = Extraction(outcome=Outcome.EXTRACTOR_DIED, reason=f"extracting the page: {extraction}")
        article = extraction.article
        yield replace(
            context.result,
            outcome=extraction.outcome,
            reason=context.result.reason if extraction.outcome is None else as_sentence(extraction.reason),
            article=believed(article, context.result.at) if article else None,
        )


def _is_to_be_extracted(context: PageContext) -> bool:
    """Whether the page's result rests on a text: that of the archived answers, or that of the feed's entry."""
    is_from_feed = context.result.stage == "extract" and not context.fetches and context.due.entry is not None
    return bool(context.page_fetch_ids) or is_from_feed


def _answer(index: ArchiveIndex, fetch_id: str, context: PageContext) -> bytes:
    try:
        place = index.answers.get(record_id_of(fetch_id))
    except ValueError:
        place = None
    if place is None:
        raise InputError(
            f"{context.result.url}: its answer is in none of the files. Import the other files of its run as well."
        )
    return record_at(place.file, place.offset).block
