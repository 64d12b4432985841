"""Files that are written whole, for their owner only, and then moved into place: a reader
never sees half of one, and no link is followed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ocr_extract.errors import UnsafeOutput

NAME_SHOWN = 40
"""Characters of a file's name that its part carries: names have an end."""


@contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A text to write that is moved into its place when it is whole; else nothing is left of
    it. Raises UnsafeOutput when there is no room, or it may not be written.
    """
    with writing(path), _part_of(path) as part:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)


def replace_file(path: Path, content: str | bytes) -> Path:
    """Write a whole file, then move it into its place; raises UnsafeOutput."""
    told = content.encode() if isinstance(content, str) else content
    with writing(path), _part_of(path) as part:
        part.write_bytes(told)
        part.replace(path)
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system says when a file cannot be written, as UnsafeOutput."""
    try:
        yield
    except OSError as error:
        advice = "Make room, or give another --out, and run the same command again."
        raise UnsafeOutput(f"Cannot write {path}: {error.strerror}.", advice) from error


@contextmanager
def _part_of(path: Path) -> Iterator[Path]:
    """A fresh file beside, of a name that nobody can foretell, that only its owner may read
    (mode 0600, O_EXCL, O_NOFOLLOW); gone in the end.
    """
    number, name = tempfile.mkstemp(
        prefix=f".{path.name[:NAME_SHOWN]}.", suffix=".part", dir=path.parent
    )
    os.close(number)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
