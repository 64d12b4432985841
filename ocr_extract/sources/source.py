"""A source: a file as it came, its type by its content, its pages on request.

A problem with a file is the exception `Damaged` inside this package. The document boundary turns
it into a `Damage` of the record.
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
from ocr_extract.sources.foreign import described

FileType = Literal["pdf", "tiff", "png", "jpeg", "heic", "avif", "webp", "text"]

MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
"""First bytes of a file, and the type that they show."""
BRANDS: dict[bytes, FileType] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
}
"""Brands of pictures in the container of ISO 14496-12, after "ftyp", and what they show."""
PDF_HEADER_BYTES = 1024
"""First bytes of a file in which %PDF- may stand (given by ISO 32000-1, annex H.3.4.1)."""
TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".text"})
"""Suffixes of files that are read as text."""


class Damaged(Exception):
    """A source that cannot be read, or not any further. It never leaves the document boundary."""

    def __init__(self, stage: Stage, kind: str, effect: str, page: int | None = None) -> None:
        super().__init__(effect)
        self.damage = Damage(stage=stage, kind=kind, effect=effect, page=page)


@dataclass(frozen=True)
class Source:
    """The result of opening a file.

    `render(page, dpi)` makes a raster of one page (from 1) and raises Damaged. `text` is set
    instead for text that another OCR program made. `created` and `modified` are ISO 8601 times as
    the file states them, `producer` is the program that wrote it. `encrypted`: with an empty
    password. `updates`: how many times a PDF was added to after it was first written.
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
    """The file's content. Raises Damaged when the file is missing, not a regular file, unreadable,
    empty, or larger than `max_bytes`.
    """
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
    """The file's type by its content, whatever its name says. Raises Damaged when the type is not
    supported.
    """
    for magic, kind in MAGIC:
        if content.startswith(magic):
            return kind
    if b"%PDF-" in content[:PDF_HEADER_BYTES]:
        return "pdf"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and (picture := _brand(content)):
        return picture
    if path.suffix.lower() in TEXT_SUFFIXES and b"\x00" not in content[:4096]:
        return "text"
    suffix = path.suffix.lower() or "no suffix"
    unknown = f"Neither PDF, TIFF, PNG, JPEG, HEIC, WebP nor text ({suffix}): not read."
    raise Damaged("open", "unsupported", described(path, content) or unknown)


def _brand(content: bytes) -> FileType | None:
    """The type of a picture by its brand, or by the brands that it is compatible with: an AVIF
    picture may have the brand of every HEIF picture first.
    """
    length = min(max(int.from_bytes(content[:4], "big"), 16), 256)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, length, 4))]
    types = [BRANDS[brand] for brand in brands if brand in BRANDS]
    return "avif" if "avif" in types else next(iter(types), None)


def fingerprint(content: bytes) -> str:
    """SHA-256 of the content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
