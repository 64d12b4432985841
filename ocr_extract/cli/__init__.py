"""The command line. Thin: it parses, calls, prints and exits.

What a command does stands in a module of its own, and is imported when the command is
called: `--help` and `doctor` wait for no database and no image library.
"""

from ocr_extract.cli.commands import app
from ocr_extract.cli.entry import main

__all__ = ["app", "main"]
