"""How a run tells what it is doing, without knowing who listens."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """A listener to one run."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins; `total` items are ahead."""

    def advance(self, count: int = 1) -> None:
        """So many items of the current stage are done."""

    def note(self, sentence: str) -> None:
        """Something that the user should read."""


class NoProgress:
    """Listens to nothing."""

    def stage(self, name: str, total: int) -> None:
        """Does nothing."""

    def advance(self, count: int = 1) -> None:
        """Does nothing."""

    def note(self, sentence: str) -> None:
        """Does nothing."""


current_progress: ContextVar[Progress] = ContextVar("current_progress", default=NoProgress())  # noqa: B039 - stateless
"""The listener of the run in this context: flow parameters can carry data only, and this is none."""
