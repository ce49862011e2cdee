"""Takedowns that were begun and have not ended: a file beside the warehouse names them.

It is written before anything is changed and goes when no text is left, so that none is forgotten half done, whatever
ended it: a full disk, a kill, a power cut.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from transforms.errors import WarehouseUnwritable
from warehouse.forget import Target
from warehouse.suppressions import Suppression, Suppressions
from warehouse.upgrade_copies import sync_folder


def unfinished_takedowns(path: Path) -> list[Target]:
    """Return what is to be forgotten in the warehouse `path` and may still have text, in the order it was begun.

    Raises WarehouseUnwritable where the file that says so cannot be read.
    """
    marker = _marker(path)
    try:
        return [Target(**row) for row in json.loads(marker.read_bytes())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise WarehouseUnwritable(
            f"{marker}, which names unfinished takedowns, cannot be read: {error}. Mend its permissions; if it is "
            "damaged, delete it, and forget again what `newsledger forget --list` then names: that ends what was begun."
        ) from error


def begin_takedown(path: Path, target: Target) -> None:
    """Note that `target` is being forgotten.  Raises WarehouseUnwritable, with the file as it was."""
    unfinished = unfinished_takedowns(path)
    if target not in unfinished:
        _write(path, [*unfinished, target])


def end_takedowns(path: Path, suppressions: Suppressions) -> None:
    """Note that nothing suppressed has text any more: what is begun and not even suppressed stays."""
    _write(path, [target for target in unfinished_takedowns(path) if suppressions.of(target.key) is None])


def give_up_takedowns(path: Path, target: Target, lifted: Sequence[Suppression]) -> None:
    """Note that `target`, and that of which the suppressions were lifted, is not to be forgotten any more."""
    kept = [other for other in unfinished_takedowns(path) if other.key != target.key]
    _write(path, [other for other in kept if not any(is_of(row, other) for row in lifted)])


def is_of(suppression: Suppression, target: Target) -> bool:
    """Whether a suppression came of forgetting `target`."""
    return suppression.named == target.named or (suppression.scope, suppression.key) == (target.scope, target.key)


def unfinished_sentence(target: Target) -> str:
    """Say what is unfinished, and what to do."""
    return (
        f"The takedown of {target.named} is not complete: its text may still be in the warehouse or the raw archive. "
        f"Run `newsledger forget {shlex.quote(target.named)}` again."
    )


def _write(path: Path, targets: Sequence[Target]) -> None:
    marker = _marker(path)
    draft = marker.with_name(f".{marker.name}.new")
    try:
        if targets:
            with draft.open("w") as file:
                file.write(json.dumps([asdict(target) for target in targets]))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(marker)
        else:
            marker.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise WarehouseUnwritable(
            f"{marker}, which names unfinished takedowns, cannot be written: {error.strerror}. "
            "Make room or mend the permissions, and run the same command again."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}.takedowns")
