"""`ocr-extract doctor`: which tools are there."""

from __future__ import annotations

import sys

from ocr_extract._version import __version__
from ocr_extract.cli.tools import probe_all
from ocr_extract.errors import ExitCode
from ocr_extract.reports.plain import plain


def doctor() -> ExitCode:
    """Print each tool's state, and the command that installs what is missing."""
    sys.stdout.write(f"ocr-extract {__version__}, Python {sys.version.split()[0]}\n")
    found = probe_all()
    for tool in found:
        state = f"present, {tool.version}" if tool.present else f"MISSING. {tool.advice}"
        sys.stdout.write(plain(f"{tool.name}: {state}") + "\n")
    missing = any(not tool.present for tool in found)
    return ExitCode.MISSING_TOOL if missing else ExitCode.ALL_ACCEPTED
