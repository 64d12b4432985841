"""Whether a file would come into a git repository: real agreements have leaked into public ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

GIT_SECONDS = 20
"""Longest time in seconds that git may take (chosen)."""


def exposed_in(target: Path) -> Path | None:
    """The git work tree into which the target would be written without being ignored there; None
    when there is none. Where git is not installed or does not answer, every file below a `.git`
    counts as not ignored.
    """
    folder = target.resolve().parent
    tree = next((p for p in (folder, *folder.parents) if (p / ".git").exists()), None)
    return None if tree is None or _is_ignored(folder, target.name) else tree


def _is_ignored(folder: Path, name: str) -> bool:
    """Whether git ignores a file of that folder. A tracked file is not ignored."""
    program = shutil.which("git")
    if program is None:
        return False
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    # A repository's own settings must not run programs.
    command = [program, "-c", "core.fsmonitor=false", "-C", str(folder)]
    try:
        done = subprocess.run(
            [*command, "check-ignore", "-q", "--", f"./{name}"],
            env=environment, capture_output=True, check=False, timeout=GIT_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
