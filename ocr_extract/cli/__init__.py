"""The command line: it parses the options, calls the program, prints the answer and exits.

Each command has its own module. The module is imported only when the command is called, so
that `--help` and `doctor` do not load the database and image libraries.
"""

from ocr_extract.cli.commands import app
from ocr_extract.cli.entry import main

__all__ = ["app", "main"]
