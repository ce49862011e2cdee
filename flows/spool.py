"""From the spool into the warehouse: the one way in which anything is loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flows.settings import Settings
from warehouse.connection import ensure_schema, has_log, open_writer
from warehouse.load import load_batches
from warehouse.stage import discard_batches, pending_batches, set_aside


def prepare_warehouse(settings: Settings, *, now: datetime, note: Callable[[str], None]) -> None:
    """Makes sure that the warehouse is there with today's schema; tells `note` of the copy made before an upgrade.

    Raises the errors of `ensure_schema`.
    """
    copy = ensure_schema(settings.warehouse, wait_seconds=settings.warehouse_wait, now=now)
    if copy is not None:
        note(
            f"The warehouse was upgraded. As it was before, it is in {copy}; delete that file when you do not need it."
        )


def load_spool(settings: Settings, *, now: datetime, note: Callable[[str], None]) -> int | None:
    """Loads everything that is staged, this run's and earlier ones', in one transaction, and clears it away.

    A batch that is damaged is set aside and told to `note`.  Raises WarehouseBusy when the file is not to be had for
    writing in time; then everything stays in the spool.  Returns the number of the load, None if nothing was loaded.
    """
    batches = pending_batches(settings.spool)
    if not batches:
        return None
    with open_writer(settings.warehouse, wait_seconds=settings.warehouse_wait) as warehouse:
        report = load_batches(warehouse, batches, loaded_at=now, keep_text=settings.keep_text)
    for sentence in set_aside(report.damaged):
        note(sentence)
    if not has_log(settings.warehouse):  # what is in the log alone might be lost with it; loading it twice is harmless
        discard_batches([*report.loaded, *report.skipped])
    return report.load_seq
