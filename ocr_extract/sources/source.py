"""A source: a file as it came, its kind by its content, its pages on request.

Trouble with a file is `Damaged` inside this package and `Damage` outside: the
document boundary turns it into one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ocr_extract.geometry import Raster
from ocr_extract.records import Damage, Stage
from ocr_extract.sources.certificates import Certificate

FileType = Literal["pdf", "tiff", "png", "jpeg", "text"]

MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
PDF_HEADER_WITHIN = 1024
"""Bytes in which %PDF- may stand (ISO 32000-1, annex H.3.4.1)."""
TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".text"})


class Damaged(Exception):
    """A source that cannot be read (further); never leaves the document boundary."""

    def __init__(self, stage: Stage, kind: str, effect: str, page: int | None = None) -> None:
        super().__init__(effect)
        self.damage = Damage(stage=stage, kind=kind, effect=effect, page=page)


@dataclass(frozen=True)
class Source:
    """What opening a file gave. `render(page, dpi)` makes one page (from 1) a raster and
    raises Damaged; `text` is set instead for text that another OCR made.
    """

    path: Path
    type: FileType
    sha256: str
    pages: int
    render: Callable[[int, int], Raster]
    text: str | None = None
    created: str | None = None
    modified: str | None = None
    certificates: tuple[Certificate, ...] = ()
    producer: str | None = None
    encrypted: bool = False
    updates: int = 0


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The file's content; raises Damaged when missing, unreadable, empty or too large."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Damaged("open", "not_a_file", "Not a regular file: nothing was read.")
        if size > max_bytes:
            raise Damaged("open", "too_large", f"{size} bytes, more than {max_bytes}: not read.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise Damaged("open", "missing", "No such file.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Damaged("open", "unreadable", f"Cannot be read: {reason}.") from error
    if not content:
        raise Damaged("open", "empty", "The file is empty.")
    return content


def type_of(path: Path, content: bytes) -> FileType:
    """The type by content, whatever the name says; raises Damaged when it is none of ours."""
    for magic, kind in MAGIC:
        if content.startswith(magic):
            return kind
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return "pdf"
    if path.suffix.lower() in TEXT_SUFFIXES and b"\x00" not in content[:4096]:
        return "text"
    suffix = path.suffix.lower() or "no suffix"
    raise Damaged(
        "open", "unsupported", f"Neither PDF, TIFF, PNG, JPEG nor text ({suffix}): not read."
    )


def fingerprint(content: bytes) -> str:
    """SHA-256 of the content, in hex."""
    return hashlib.sha256(content).hexdigest()
