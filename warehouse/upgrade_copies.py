"""Copies of the file from before an upgrade of its tables, beside it: the way back to an earlier newsledger."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

from transforms.errors import WarehouseUnwritable

_COPY = ".before-schema-"
_DRAFT = ".copying-"
_MIB = 1024 * 1024
_ROOM_TO_UPGRADE = 64 * _MIB
"""What the upgrade itself may write, beyond the copy."""


def copy_before_upgrade(content: BinaryIO, path: Path, *, version: int) -> Path | None:
    """Copy `content`, the file at `path`, to `<name>.before-schema-<version>` beside it; return the copy.

    Returns None, and leaves it as it is, where that copy exists: an upgrade that was broken off goes on.  The copy has
    its name only when it is whole and on disk.  Raises WarehouseUnwritable, with nothing changed, where there is no
    room for it.
    """
    copy = path.with_name(f"{path.name}{_COPY}{version:04}")
    draft = path.with_name(f".{copy.name}{_DRAFT}{os.getpid()}")
    if copy.exists():
        return None
    try:
        for leftover in _drafts(path):
            leftover.unlink(missing_ok=True)
        size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
        if free < size + _ROOM_TO_UPGRADE:
            raise WarehouseUnwritable(
                f"The warehouse {path} needs an upgrade, before which it is copied to {copy.name}: that takes "
                f"{_mib(size + _ROOM_TO_UPGRADE)} MiB, and {_mib(free)} MiB are free. Nothing was changed; "
                "free some space."
            )
        with draft.open("xb") as target:
            content.seek(0)
            shutil.copyfileobj(content, target, _MIB)
            target.flush()
            os.fsync(target.fileno())
        draft.rename(copy)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise WarehouseUnwritable(
            f"The warehouse {path} needs an upgrade and could not be copied to {copy.name} before it: "
            f"{error.strerror or error}. Nothing was changed; free some space or mend the folder's permissions."
        ) from error
    return copy


def upgrade_copies(path: Path) -> list[Path]:
    """Return the copies of the warehouse at `path` from before upgrades, and what is left of broken off ones."""
    return sorted([*path.parent.glob(f"{escape(path.name)}{_COPY}*"), *_drafts(path)])


def sync_folder(folder: Path) -> None:
    """Return when the names in `folder` are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drafts(path: Path) -> list[Path]:
    return list(path.parent.glob(f".{escape(path.name)}{_COPY}*{_DRAFT}*"))


def _mib(size: int) -> int:
    return -(-size // _MIB)
