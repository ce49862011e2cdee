"""Everything that can go wrong on purpose, as types.

    NewsledgerError
    ├── InputError               what somebody gave us cannot be read
    │   ├── FeedError            a feed document
    │   │   ├── NotAFeed         it is something else: a web page, a picture, nothing
    │   │   └── MalformedFeed    it claims to be a feed and cannot be read as one
    │   └── DocumentError        a text in the document schema
    ├── SettingsError            flags, variables or the feeds file (exit code 2)
    ├── RunError                 the run as a whole cannot go on (exit code 1)
    │   ├── NetworkDown          nothing can be reached: the trouble is ours
    │   ├── PrefectUnreachable   a configured Prefect server does not answer
    │   └── ArchiveUnwritable    raw answers cannot be kept: no space, no permission
    ├── RunInProgress            another run holds the lock (exit code 4)
    ├── WorkerError              one task of a worker process came to nothing; the others go on
    │   ├── WorkerDied           its process died: killed, crashed, out of memory
    │   └── WorkerTimedOut       it took longer than it may
    └── WarehouseError           the database file
        ├── WarehouseMissing     there is no file yet
        ├── WarehouseBusy        another process holds it (exit code 3)
        ├── WarehouseTooNew      written by a newer newsledger
        ├── NotAWarehouse        the file is something else, or damaged
        ├── WarehouseUnwritable  no permission, no space, no such folder
        └── BatchDamaged         a staged batch cannot be read; the others are loaded

Trouble with one feed or one page is not an error of the run: it is a row with an outcome
(`transforms.outcomes`).  Every message says what happened, to what, why, and what to do next.
"""

from __future__ import annotations


class NewsledgerError(Exception):
    """Base of all errors that newsledger raises on purpose."""


class InputError(NewsledgerError):
    """Something given to newsledger cannot be read."""


class FeedError(InputError):
    """A feed document cannot be used."""


class NotAFeed(FeedError):
    """The bytes are something other than a feed."""


class MalformedFeed(FeedError):
    """The bytes claim to be a feed and cannot be read as one."""


class DocumentError(InputError):
    """A text does not follow the document layout."""


class SettingsError(NewsledgerError):
    """Settings or the feeds file are wrong; the run does not start."""


class RunError(NewsledgerError):
    """The run as a whole cannot go on."""


class NetworkDown(RunError):
    """No feed could be reached: our own network is the likely cause."""


class PrefectUnreachable(RunError):
    """A Prefect server is configured and does not answer."""


class ArchiveUnwritable(RunError):
    """The raw archive's folder or file cannot be written."""


class RunInProgress(NewsledgerError):
    """Another run holds the lock of this data folder."""


class WorkerError(NewsledgerError):
    """One task given to a worker process came to nothing."""


class WorkerDied(WorkerError):
    """The process that worked on the task died, or ran out of its memory."""


class WorkerTimedOut(WorkerError):
    """The task took longer than its time limit and was ended."""


class WarehouseError(NewsledgerError):
    """The database file cannot be used."""


class WarehouseMissing(WarehouseError):
    """There is no database file at that path."""


class WarehouseBusy(WarehouseError):
    """Another process holds the database file."""


class WarehouseTooNew(WarehouseError):
    """The database was written by a newer newsledger."""


class NotAWarehouse(WarehouseError):
    """The file is no newsledger warehouse, or it is damaged."""


class WarehouseUnwritable(WarehouseError):
    """The database file or its folder cannot be written."""


class BatchDamaged(WarehouseError):
    """A staged batch cannot be read."""
