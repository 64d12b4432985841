"""Folders that may only be read, also for root, and the program in front of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
"""Root without the right to pass over permissions, which its programs do not get back."""
MOUNTED = (
    "unshare", "-m", "sh", "-c",
    'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"',
)  # fmt: skip
"""A program that sees a folder, its first argument, mounted read-only."""


@contextmanager
def closed(folder: Path, how: str) -> Iterator[Sequence[str]]:
    """What a command begins with that may only read a folder: by its `permissions`, or by a
    `mount`. The test is skipped where that cannot be done.
    """
    if how == "mount":
        yield _checked((*MOUNTED, str(folder)))
        return
    files = [folder, *folder.rglob("*")]
    modes = {file: file.stat().st_mode for file in files}
    for file, mode in modes.items():
        file.chmod(mode & ~0o222)
    try:
        yield _checked(WITHOUT_RIGHTS if os.geteuid() == 0 else ())
    finally:
        for file, mode in modes.items():
            file.chmod(mode)


def _checked(command: tuple[str, ...]) -> tuple[str, ...]:
    if command and shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    if command and subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{command[0]} may not be used here")
    return command


def called(
    prefix: Sequence[str], *arguments: object, timeout: float = 300.0
) -> subprocess.CompletedProcess[str]:
    """The program with these arguments, after the words that take its rights away."""
    program = [sys.executable, "-m", "ocr_extract"]
    done = subprocess.run(
        [*prefix, *program, *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=timeout,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done
