"""The entry point, and the second of the two places where everything is caught."""

from __future__ import annotations

import signal

from ocr_extract.cli.commands import app
from ocr_extract.cli.output import log, say, watched_output
from ocr_extract.errors import ExitCode, OcrExtractError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
TERMINATED = 143
"""Exit code after SIGTERM, likewise."""


def _terminated(number: int, _: object) -> None:
    """End as after Ctrl-C: workers are ended, and what was read is kept. Process 1 of a
    container dies of no signal that it does not handle.
    """
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def main() -> None:
    """Run the program with the process's arguments."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        with watched_output():
            app(prog_name="ocr-extract")
    except OcrExtractError as error:
        say(f"ocr-extract: {' '.join(str(error).split())}")
        raise SystemExit(int(error.exit_code)) from None
    except SystemExit as end:
        if end.code in (INTERRUPTED, TERMINATED):  # typer has caught Ctrl-C
            say("ocr-extract: interrupted; the same command goes on where it was.")
        raise
    except Exception as error:
        log.debug("internal error", exc_info=True)
        message = f"internal error ({type(error).__name__}: {error})."
        say(f"ocr-extract: {message} Run again with --verbose for details.")
        raise SystemExit(int(ExitCode.INTERNAL)) from None
