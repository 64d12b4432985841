"""`ocr-extract doctor`: lists the installed and the missing tools."""

from __future__ import annotations

import sys

from ocr_extract._version import __version__
from ocr_extract.cli.tools import probe_all
from ocr_extract.errors import ExitCode
from ocr_extract.reports.plain import plain


def doctor() -> ExitCode:
    """Print the state of each tool, and the command that installs a missing one.

    Returns ALL_ACCEPTED (0) when every tool is present, else MISSING_TOOL (3).
    """
    sys.stdout.write(f"ocr-extract {__version__}, Python {sys.version.split()[0]}\n")
    tools = probe_all()
    for tool in tools:
        state = f"present, {tool.version}" if tool.present else f"MISSING. {tool.advice}"
        sys.stdout.write(plain(f"{tool.name}: {state}") + "\n")
    missing = any(not tool.present for tool in tools)
    return ExitCode.MISSING_TOOL if missing else ExitCode.ALL_ACCEPTED
