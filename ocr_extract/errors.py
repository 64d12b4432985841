"""Errors are for callers' mistakes and missing tools; trouble in a document is `Damage`.

OcrExtractError                exit code
├── UsageError                 2   wrong use
│   ├── NothingToRead              no agreement under the paths given
│   ├── BadSettings                a settings file or option that cannot be
│   ├── BadRoster                  a roster that cannot be read
│   ├── BadTruth                   results or a table of true dates that cannot be read
│   ├── UnsafeOutput               output that overlaps the input, or cannot be written
│   ├── NoRoom                     no room left for temporary files
│   ├── NoWorkers                  the machine starts no worker process
│   ├── LedgerBusy                 another run writes to this ledger
│   ├── LedgerTrouble              a ledger that cannot be opened, or has no room left
│   ├── FilesNotShared             a worker of the cluster does not see our files
│   └── LostCluster                the scheduler or all of its workers are gone
└── MissingTool                3   a program or model that the work needs is not there

Everything else that escapes is a fault of the program: exit code 4.
"""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller."""

    ALL_ACCEPTED = 0
    NEEDS_A_PERSON = 1
    WRONG_USE = 2
    MISSING_TOOL = 3
    INTERNAL = 4


class OcrExtractError(Exception):
    """Base: says what is wrong, and in `advice` the next command to type."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()

    def __reduce__(self) -> tuple[type[OcrExtractError], tuple[str, str]]:
        # Both parts must survive the way back from a worker process.
        return type(self), (self.message, self.advice)


class UsageError(OcrExtractError):
    """The caller asked for something that cannot be done."""

    exit_code = ExitCode.WRONG_USE


class NothingToRead(UsageError):
    """No agreement stands under the paths given."""


class BadSettings(UsageError):
    """A settings file or an option has an unknown key or a value out of range."""


class BadRoster(UsageError):
    """The roster cannot be read."""


class BadTruth(UsageError):
    """Results, or the true dates to compare them with, cannot be read."""


class UnsafeOutput(UsageError):
    """The output folder overlaps the input, or cannot be written."""


class NoRoom(UsageError):
    """A disk is full: no document's fault, and no reason to call it damaged."""


class NoWorkers(UsageError):
    """No worker process comes up: no document's fault, and no reason to call it damaged."""


class LedgerBusy(UsageError):
    """Another run, or another program, holds the ledger."""


class LedgerTrouble(UsageError):
    """The ledger cannot be opened, is of a later version, or has no room left."""


class FilesNotShared(UsageError):
    """A worker of the cluster does not find a file that this machine has."""


class LostCluster(UsageError):
    """The cluster cannot be reached, or has gone away."""


class MissingTool(OcrExtractError):
    """A program or a model that the work needs is not installed."""

    exit_code = ExitCode.MISSING_TOOL


def raise_if_no_room(error: BaseException) -> None:
    """Raises NoRoom when that is what an error of the system says."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        advice = "Make room, or set TMPDIR to another disk, and run the same command again."
        raise NoRoom(f"No room left for temporary files{where}.", advice) from error
