"""Errors for wrong use and for missing tools. A problem in a document is `Damage`, not an error.

OcrExtractError                exit code
├── UsageError                 2   wrong use
│   ├── NothingToRead              no agreement under the paths given
│   ├── BadSettings                a settings file or option that is not valid
│   ├── BadRoster                  a roster that cannot be read
│   ├── BadMap                     a table of names and papers that cannot be taken
│   ├── BadDecision                a decision, or a table of decisions, that cannot be taken
│   ├── BadMessage                 a message, address or template that cannot be used
│   ├── NotSent                    a server that cannot be reached, or refuses to talk to us
│   ├── BadTruth                   results or a table of true dates that cannot be read
│   ├── UnsafeOutput               output that overlaps the input, or cannot be written
│   ├── NoRoom                     no disk space left for temporary files
│   ├── NoWorkers                  no worker process can be started
│   ├── LedgerBusy                 another run writes to this ledger
│   ├── LedgerTrouble              a ledger that cannot be opened, or has no disk space left
│   ├── FilesNotShared             a worker of the cluster does not see our files
│   └── LostCluster                the scheduler or all of its workers are gone
└── MissingTool                3   a required program or model is not installed

Any other exception that reaches the caller is a fault of the program: exit code 4.
"""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    ALL_ACCEPTED = 0
    NEEDS_A_PERSON = 1
    WRONG_USE = 2
    MISSING_TOOL = 3
    INTERNAL = 4


class OcrExtractError(Exception):
    """Base class. `message` says what is wrong, `advice` gives the next command to type."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()

    def __reduce__(self) -> tuple[type[OcrExtractError], tuple[str, str]]:
        # Both parts must survive pickling, because errors come back from worker processes.
        return type(self), (self.message, self.advice)


class UsageError(OcrExtractError):
    """The caller asked for something that cannot be done."""

    exit_code = ExitCode.WRONG_USE


class NothingToRead(UsageError):
    """There is no agreement under the given paths."""


class BadSettings(UsageError):
    """A settings file or an option has an unknown key or a value out of range."""


class BadRoster(UsageError):
    """The roster cannot be read."""


class BadMap(UsageError):
    """The table of names and papers cannot be read, or names a paper that is not in the roster."""


class BadDecision(UsageError):
    """A person's decision cannot be taken as it is typed: no date, no paper, or no open item."""


class BadMessage(UsageError):
    """A message cannot be made: its address, its template, or an option is wrong."""


class NotSent(UsageError):
    """A server cannot be reached, is not trusted, or refuses the password. Nothing was sent to it;
    what was to be sent stays prepared.
    """


class BadTruth(UsageError):
    """The results cannot be read, or the true dates that they are compared with."""


class UnsafeOutput(UsageError):
    """The output folder overlaps the input, or cannot be written."""


class NoRoom(UsageError):
    """A disk is full. No document caused it, so none is called damaged."""


class NoWorkers(UsageError):
    """No worker process starts. No document caused it, so none is called damaged."""


class LedgerBusy(UsageError):
    """Another run, or another program, holds the ledger."""


class LedgerTrouble(UsageError):
    """The ledger cannot be opened, has a later version, or has no disk space left."""


class FilesNotShared(UsageError):
    """A worker of the cluster does not find a file of this machine."""


class LostCluster(UsageError):
    """The cluster cannot be reached, or the connection to it is lost."""


class MissingTool(OcrExtractError):
    """A required program or model is not installed."""

    exit_code = ExitCode.MISSING_TOOL


def raise_if_no_room(error: BaseException) -> None:
    """Raises NoRoom when a system error says that a disk or a quota is full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        advice = "Make room, or set TMPDIR to another disk, and run the same command again."
        raise NoRoom(f"No room left for temporary files{where}.", advice) from error
