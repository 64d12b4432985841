"""Files that are not read: what they are, and what to do with them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of a zip archive, also of an empty one."""
MAX_DIRECTORY_BYTES = 16_000_000
"""Largest directory of a zip archive that is read, in bytes (chosen): 10,000 members with names of
usual length take one MB, and each byte of it costs ten bytes of memory."""
TAIL_BYTES = 65_557
"""Last bytes of a zip archive in which its end record stands: 22 bytes and the longest comment
(given by the format)."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = "print it to PDF, or ask for a PDF"
_OFFICE: tuple[tuple[str, str], ...] = (
    ("word/", "A Word document"),
    ("xl/", "An Excel workbook"),
    ("ppt/", "A PowerPoint file"),
    ("Index/Document.iwa", "A Pages, Numbers or Keynote document"),
    ("Index.zip", "A Pages, Numbers or Keynote document"),
    ("META-INF/container.xml", "An EPUB book"),
    ("content.xml", "An OpenDocument file"),
)
"""Members of documents that are zip archives, and what they show."""
_SIGNS = ("mimetype", "[Content_Types].xml", "Index/Document.iwa", "Index.zip")
"""Members that only documents have."""
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"{\\rtf", "An RTF document", _PDF),
    (b"%!PS", "A PostScript file", "convert it to PDF, or ask for a PDF"),
    (b"x\x9f>\x22", "Outlook's winmail.dat", "ask for the agreement as a PDF"),
    (b"Rar!", "A RAR archive", "unpack it and give the folder"),
    (b"7z\xbc\xaf\x27\x1c", "A 7z archive", "unpack it and give the folder"),
    (b"\x1f\x8b", "A gzip archive", "unpack it and give the folder"),
    (b"GIF8", "A GIF picture", "ask for a PDF"),
    (b"BM", "A BMP picture", "save it as PNG, or ask for a PDF"),
)
"""First bytes of files that are not read, what they are, and what to do."""
_SUFFIXES: dict[str, tuple[str, str]] = {
    ".doc": ("A Word document", _PDF),
    ".docx": ("A Word document", _PDF),
    ".odt": ("An OpenDocument file", _PDF),
    ".pages": ("A Pages, Numbers or Keynote document", _PDF),
    ".rtf": ("An RTF document", _PDF),
    ".p7m": ("A signed or encrypted mail", "save its attachments from a mail program"),
    ".msg": ("An Outlook message", "save its attachments, or save it as .eml"),
    ".html": ("A web page", _PDF),
    ".htm": ("A web page", _PDF),
}
"""The same by a file's suffix, where the first bytes do not say it."""


def described(path: Path, content: bytes) -> str | None:
    """What a file is that is not read, and what to do with it, in a sentence; None when unknown."""
    found = _by_content(path, content) or _SUFFIXES.get(path.suffix.lower())
    return f"{found[0]}: {found[1]}." if found else None


def _by_content(path: Path, content: bytes) -> tuple[str, str] | None:
    if content.startswith(ZIP_MAGIC):
        names = zip_names(io.BytesIO(content)) or ()
        office = office_document(names)
        archive = ("A zip archive", "`ocr-extract run` unpacks it")
        return (office, _PDF) if office else _SUFFIXES.get(path.suffix.lower(), archive)
    if content.startswith(_OLE):
        message = _SUFFIXES[".msg"]
        return message if path.suffix.lower() == ".msg" else ("An old Office document", _PDF)
    known = ((what, ask) for magic, what, ask in _MAGIC if content.startswith(magic))
    return next(known, None)


def office_document(names: Sequence[str]) -> str | None:
    """What document a zip archive with these members is; None when it is an archive of files."""
    if not any(name in _SIGNS for name in names):
        return None
    kinds = (kind for start, kind in _OFFICE if any(name.startswith(start) for name in names))
    return next(kinds, "An Office document")


def zip_names(file: IO[bytes]) -> tuple[str, ...] | None:
    """The names of an archive's members; None when it is damaged, or its directory is too large."""
    try:
        if directory_bytes(file) > MAX_DIRECTORY_BYTES:
            return None
        with zipfile.ZipFile(file) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return None


def directory_bytes(file: IO[bytes]) -> int:
    """The largest size, in bytes, that an archive's end records state for its directory. Several
    may be there: which one counts is the business of the reader. What is larger than the archive is
    no size, but the bytes of a member, or damage.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES - 100))
    tail = file.read()
    stated, at = [0], tail.find(b"PK\x05\x06")
    while at >= 0:
        stated += struct.unpack_from("<I", tail[at + 12 : at + 16].ljust(4, b"\0"))
        at = tail.find(b"PK\x05\x06", at + 4)
    at = tail.find(b"PK\x06\x06")
    while at >= 0:
        stated += struct.unpack_from("<Q", tail[at + 40 : at + 48].ljust(8, b"\0"))
        at = tail.find(b"PK\x06\x06", at + 4)
    file.seek(0)
    return max(value for value in stated if value <= size)
