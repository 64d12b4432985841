"""Which files are containers, by their content and not by their name."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import IO, Literal

from ocr_extract.sources.foreign import ZIP_MAGIC, office_document, zip_names
from ocr_extract.sources.source import PDF_HEADER_BYTES, TEXT_SUFFIXES

Container = Literal["zip", "mbox", "mail"]
HEAD_BYTES = 16_384
"""First bytes of a file in which the headers of a mail are sought (chosen)."""
FROM_LINE = re.compile(rb"From .{0,500}\d\d:\d\d.{0,100}\r?\n")
"""The line before each mail in a mailbox: a sender, and a time."""
_HEADER = re.compile(rb"[!-9;-~]{1,100}:")
"""The start of a mail: the name of a header and a colon."""
_FROM = re.compile(rb"^from:", re.IGNORECASE | re.MULTILINE)
_OTHER = re.compile(
    rb"^(date|received|message-id|mime-version|return-path|subject|to):",
    re.IGNORECASE | re.MULTILINE,
)
_OFFICE_SUFFIXES = frozenset(
    ".docx .docm .dotx .xlsx .pptx .odt .ods .odp .epub .pages .key .numbers .jar".split()
)
"""Suffixes of documents that are zip archives, for a damaged one whose members are not known."""


def kind_of_file(path: Path) -> Container | None:
    """What kind of container a file is; None when it is none, or cannot be read."""
    try:
        with path.open("rb") if path.is_file() else io.BytesIO() as file:
            return kind_of(path.name, file)
    except (OSError, ValueError):
        return None


def kind_of(name: str, file: IO[bytes]) -> Container | None:
    """The same for a file of this name that is open."""
    head = file.read(HEAD_BYTES)
    suffix = Path(name).suffix.lower()
    if head.startswith(ZIP_MAGIC):
        names = zip_names(file)
        is_office = suffix in _OFFICE_SUFFIXES if names is None else office_document(names)
        return None if is_office else "zip"
    if suffix in TEXT_SUFFIXES or b"%PDF-" in head[:PDF_HEADER_BYTES]:
        return None
    if FROM_LINE.match(head):
        return "mbox"
    return "mail" if _is_mail(head, suffix) else None


def _is_mail(head: bytes, suffix: str) -> bool:
    """Whether a file begins with the headers of a mail."""
    head = head.lstrip(b"\r\n")
    if not _HEADER.match(head):
        return False
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return suffix == ".eml" or bool(_FROM.search(headers) and _OTHER.search(headers))
