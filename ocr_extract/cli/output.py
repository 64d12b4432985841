"""What is said on the standard error, the log, and a standard output that may be lost."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ocr_extract.errors import UnsafeOutput
from ocr_extract.reports.plain import plain, plain_lines, without_secrets

log = logging.getLogger("ocr_extract")
PIPE_CLOSED = 141
"""Exit code when nobody reads the output any more, as shells have it: 128 and SIGPIPE."""


def say(text: str) -> None:
    """A line on the standard error, safe for a terminal and without a password."""
    _write(plain(without_secrets(text)))


def note(text: str, *, as_json: bool = False) -> None:
    """Something that a user should know, as a line or as a JSON object."""
    if as_json:
        _write(json.dumps({"event": "note", "message": without_secrets(text)}))
    else:
        say(text)


def _write(line: str) -> None:
    """Whether it can be written changes no exit code."""
    with suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")


def log_to_stderr(*, verbose: bool, as_json: bool = False) -> None:
    """Our log on the standard error; with `verbose` that of libraries, too."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else PlainFormatter())
    # What libraries complain of is told by us, in the words of who runs this.
    logging.captureWarnings(True)
    logging.basicConfig(
        level=logging.WARNING, handlers=[handler if verbose else logging.NullHandler()]
    )
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(logging.DEBUG if verbose else logging.CRITICAL)


class PlainFormatter(logging.Formatter):
    """A log line, and a traceback line by line, safe for a terminal."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, and what follows it."""
        return plain_lines(without_secrets(super().format(record)))


class JsonFormatter(logging.Formatter):
    """A log line as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told = {"event": "log", "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: without_secrets(value) for key, value in told.items()})


@contextmanager
def watched_output() -> Iterator[None]:
    """The standard output, whose loss ends the program in silence when nobody reads it any
    more (exit code 141), and in one line when it cannot be written (UnsafeOutput). It is
    written out before the program says how it ended.
    """
    _check_streams()
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # a test's
        yield
        return
    before = sys.stdout
    before.flush()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output(number)),
        encoding=before.encoding,
        errors="backslashreplace",
        line_buffering=before.isatty(),
    )
    try:
        yield
    finally:
        watched, sys.stdout = sys.stdout, before
        watched.flush()


def _check_streams() -> None:
    """Raises UnsafeOutput where there is no standard output: a file that is opened next
    would be taken for it. Without a standard error nothing is said.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        raise UnsafeOutput("The standard output is closed.", "Send it to a file, or to /dev/null.")


class _Output(io.FileIO):
    """Where the standard output goes; what is lost once is not tried again."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "wb", closefd=False)

    def write(self, content: Any, /) -> int:
        """As a file's; raises UnsafeOutput, or SystemExit when nobody reads."""
        try:
            return super().write(content) or 0
        except BrokenPipeError:
            self._give_up()
            raise SystemExit(PIPE_CLOSED) from None
        except OSError as error:
            self._give_up()
            message = f"Cannot write the standard output: {error.strerror}."
            raise UnsafeOutput(message, "Send it elsewhere.") from None

    def _give_up(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
