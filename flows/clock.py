"""The one place that reads the wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock in UTC, moved by a fixed offset.

    The offset serves replays and tests (`--now`).  It does not freeze time, and pacing and time limits do not use
    this clock: they run on the monotonic one.
    """

    offset: timedelta = timedelta(0)

    @classmethod
    def starting_at(cls, moment: datetime) -> Clock:
        """A clock that says `moment` (aware) now and goes on from there."""
        return cls(offset=moment - datetime.now(UTC))

    def __call__(self) -> datetime:
        """The current time, aware, in UTC."""
        return datetime.now(UTC) + self.offset
