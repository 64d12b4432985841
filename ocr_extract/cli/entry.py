"""The entry point of the program.

It is the second of the two places that catch every exception; the first is the document
boundary in `ocr_extract/extraction.py`.
"""

from __future__ import annotations

import signal
import sys

from ocr_extract.cli.called import NAME, as_called, program
from ocr_extract.cli.commands import app
from ocr_extract.cli.output import log, say, watched_output
from ocr_extract.errors import ExitCode, OcrExtractError

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 plus SIGINT (2), defined by the shells' convention."""
TERMINATED = 143
"""Exit code after SIGTERM: 128 plus SIGTERM (15), defined by the shells' convention."""

COMPLETION = "_OCR_EXTRACT_COMPLETE"
"""The environment variable with which a shell asks for completions."""


def _prog_name() -> str:
    """How the help calls the program. A shell completes it under its name only."""
    is_completion = any(word.endswith("-completion") for word in sys.argv[1:])
    return NAME if is_completion else program()


def _handle_sigterm(number: int, _: object) -> None:
    """Handle SIGTERM as Ctrl-C is handled: end the workers and keep what was read.

    The handler is needed in a container, where process 1 ignores a signal that it does not
    handle. Raises SystemExit with TERMINATED.
    """
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def main() -> None:
    """Run the program with the arguments of this process.

    Raises SystemExit with the exit code of the command or of the error (see `ExitCode`),
    130 after Ctrl-C, 143 after SIGTERM.
    """
    signal.signal(signal.SIGTERM, _handle_sigterm)
    try:
        with watched_output():
            app(prog_name=_prog_name(), complete_var=COMPLETION)
    except OcrExtractError as error:
        text = f"{error.message} {as_called(error.advice)}"
        say(f"{NAME}: {' '.join(text.split())}")
        raise SystemExit(int(error.exit_code)) from None
    except SystemExit as end:
        if end.code in (INTERRUPTED, TERMINATED):  # typer has caught Ctrl-C
            say(f"{NAME}: interrupted; the same command goes on where it was.")
        raise
    except Exception as error:
        log.debug("internal error", exc_info=True)
        message = f"internal error ({type(error).__name__}: {error})."
        say(f"{NAME}: {message} Run again with --verbose for details.")
        raise SystemExit(int(ExitCode.INTERNAL)) from None
