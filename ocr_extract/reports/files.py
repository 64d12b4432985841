"""Writes each file completely under a temporary name, then moves it into place.

A reader never sees half a file. Only the owner may read the files. No symbolic link is
followed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from ocr_extract.errors import UnsafeOutput

MAX_NAME_CHARACTERS = 40
"""Number of characters of the file's name in the name of its temporary file, because file
systems limit the length of a name (chosen).
"""


@contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file to write; it is moved into place when the block ends without an error.

    After an error the old file stays and the new one is deleted. Raises UnsafeOutput when
    the file cannot be written.
    """
    with writing(path), _temporary_file_for(path) as part:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)


@contextmanager
def replaced_bytes(path: Path) -> Iterator[BinaryIO]:
    """The same for a file of bytes."""
    with writing(path), _temporary_file_for(path) as part:
        with part.open("wb") as file:
            yield file
        part.replace(path)


def replace_file(path: Path, content: str | bytes) -> Path:
    """Write a file completely, then move it into place. Text is written as UTF-8.

    Raises UnsafeOutput when the file cannot be written.
    """
    encoded = content.encode() if isinstance(content, str) else content
    with writing(path), _temporary_file_for(path) as part:
        part.write_bytes(encoded)
        part.replace(path)
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises an OSError of the block as UnsafeOutput, with the system's message and advice."""
    try:
        yield
    except OSError as error:
        advice = "Make room, or give another folder, and run the same command again."
        raise UnsafeOutput(f"Cannot write {path}: {error.strerror}.", advice) from error


@contextmanager
def _temporary_file_for(path: Path) -> Iterator[Path]:
    """A new temporary file in the same folder; it is deleted at the end if it still exists.

    Its name cannot be predicted, and only its owner may read it (mode 0600, O_EXCL,
    O_NOFOLLOW).
    """
    number, name = tempfile.mkstemp(
        prefix=f".{path.name[:MAX_NAME_CHARACTERS]}.", suffix=".part", dir=path.parent
    )
    os.close(number)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
