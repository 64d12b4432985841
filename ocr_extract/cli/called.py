"""How the program was called: a command that is printed can be typed as it stands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

NAME = "ocr-extract"
"""The program's name, where the shell finds it."""
_COMMAND = re.compile(rf"(?<=`){NAME}(?= )")
"""The name at the start of a command that a text has in backquotes."""


def program() -> str:
    """The words that call the program, quoted for a shell: its name, where the shell finds this
    program under it, and else what this process was called with.
    """
    script, found = Path(sys.argv[0]), Path(shutil.which(NAME) or "")
    if script.name == NAME:
        if _is_same(found, script):
            return NAME
        return shlex.quote(sys.argv[0] if os.sep in sys.argv[0] else f"./{script}")
    if script.parts[-2:] != ("ocr_extract", "__main__.py"):
        return NAME  # not called from a shell
    if found.name and _is_same(found.parent, Path(sys.executable).parent):
        return NAME
    return shlex.join(sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1])


def as_called(text: str) -> str:
    """A text with each of its commands as this program is called."""
    return _COMMAND.sub(lambda _: program(), text)


def _is_same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return False
