"""Messages on the standard error, the log, and a standard output that may be closed early."""

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
"""Exit code when the reader of the output has closed the pipe: 128 plus SIGPIPE (13).

The value is defined by the shells' convention.
"""


def say(text: str) -> None:
    """Print one line on the standard error, safe for a terminal and without passwords."""
    _write(plain(without_secrets(text)))


def note(text: str, *, as_json: bool = False) -> None:
    """Print a message for the user on the standard error, as a line or as a JSON object."""
    if as_json:
        _write(json.dumps({"event": "note", "message": without_secrets(text)}))
    else:
        say(text)


def _write(line: str) -> None:
    """Write a line; a failure to write does not change the exit code."""
    with suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")


def log_to_stderr(*, verbose: bool, as_json: bool = False) -> None:
    """Send the program's log to the standard error.

    With `verbose` details are logged, and the warnings of libraries too.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else PlainFormatter())
    # Warnings of libraries go to the log; the program reports the problem in its own words.
    logging.captureWarnings(True)
    logging.basicConfig(
        level=logging.WARNING, handlers=[handler if verbose else logging.NullHandler()]
    )
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(logging.DEBUG if verbose else logging.CRITICAL)


class PlainFormatter(logging.Formatter):
    """Formats log records as lines that are safe for a terminal, tracebacks line by line."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The log line and its traceback, without control characters and passwords."""
        return plain_lines(without_secrets(super().format(record)))


class JsonFormatter(logging.Formatter):
    """Formats each log record as one line with a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object with event, level, message and, if any, traceback."""
        entry = {"event": "log", "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: without_secrets(value) for key, value in entry.items()})


@contextmanager
def watched_output() -> Iterator[None]:
    """Watch the standard output, and flush it before the program reports how it ended.

    When the reader has closed the pipe, the program ends without a message (SystemExit,
    exit code 141). When the output cannot be written, UnsafeOutput is raised.
    """
    _check_streams()
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # replaced by a test: it has no file number
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
    """Raises UnsafeOutput when the standard output is closed.

    The next file that is opened would get its number. A closed standard error is replaced
    by the null device.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        raise UnsafeOutput("The standard output is closed.", "Send it to a file, or to /dev/null.")


class _Output(io.FileIO):
    """The file behind the standard output; after a failure, further output is discarded."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "wb", closefd=False)

    def write(self, content: Any, /) -> int:
        """Write bytes and return their number.

        Raises UnsafeOutput when they cannot be written, and SystemExit when the reader has
        closed the pipe.
        """
        try:
            return super().write(content) or 0
        except BrokenPipeError:
            self._discard_output()
            raise SystemExit(PIPE_CLOSED) from None
        except OSError as error:
            self._discard_output()
            message = f"Cannot write the standard output: {error.strerror}."
            raise UnsafeOutput(message, "Send it elsewhere.") from None

    def _discard_output(self) -> None:
        """Send all further output to the null device."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
