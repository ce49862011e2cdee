"""How long the raw archive is kept: by age and by size, whole files at a time, the oldest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

_STARTED_AT = "%Y%m%dT%H%M%SZ"


def expired_files(
    folder: Path, *, now: datetime, keep_days: float | None, max_bytes: int | None, spare: str
) -> list[Path]:
    """The archive's files that are beyond the limits, oldest first; a limit that is None does not hold.

    A file's age is that of its run, whose start stands in its name.  Files of the run `spare` and those with other
    names are never among them, and count for the size.
    """
    files = sorted(folder.glob("*.warc.gz")) if folder.is_dir() else []
    sizes = {file: file.stat().st_size for file in files}
    excess = sum(sizes.values()) - max_bytes if max_bytes is not None else 0
    expired = []
    for file in files:
        started_at = _started_at(file)
        if started_at is None or file.name.startswith(f"{spare}-"):
            continue
        is_too_old = keep_days is not None and started_at < now - timedelta(days=keep_days)
        if is_too_old or excess > 0:
            expired.append(file)
            excess -= sizes[file]
    return expired


def _started_at(file: Path) -> datetime | None:
    try:
        return datetime.strptime(file.name.partition("-")[0], _STARTED_AT).replace(tzinfo=UTC)
    except ValueError:
        return None
