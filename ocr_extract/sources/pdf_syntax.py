"""Whether a PDF's own structure is whole: a second program's opinion on broken streams.

On corrupt data poppler, PDFium and qpdf all return part of a page without an error. A page that
renders but lacks the ink is worse than a page that fails, so qpdf is asked.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import pikepdf

BENIGN = (
    "input stream is complete but output may still be valid",
    "object has offset 0",
    "file is damaged",
    "Attempting to reconstruct cross-reference table",
    "xref not found",
    "reported number of objects",
    "xref entry for the xref stream itself is missing",
    "Cross-reference stream data has the wrong size",
    "treating bad indirect reference (0 0 R) as null",
    "expected endobj",
    "stream keyword followed by carriage return only",
)
"""Complaints that lose no ink: a stream without its last bytes of padding, an unused object, a
cross-reference table that could be rebuilt, a reference to nothing, a missing end of an object
whose value is whole. Programs that sign or print leave the last five."""
REPAIRED = (
    "expected endstream",
    "attempting to recover stream length",
    "recovered stream length",
)
"""Complaints about the file's structure, which every program repairs in its own way: when two of
them draw a page alike, nothing of it is lost. All programs lose the same of a broken content."""
MAX_BYTES = 30_000_000
"""Size in bytes above which a file is not checked (chosen)."""


def syntax_complaints(path: Path) -> tuple[str, ...]:
    """What qpdf finds broken in the pages' contents. () when nothing is broken, when the file is
    larger than MAX_BYTES, or when qpdf cannot open it at all (then poppler's result counts).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            return ()
        with pikepdf.open(path) as pdf:
            problems = _problems(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, OSError, ValueError, RuntimeError):
        return ()
    return tuple(text for text in problems if not any(phrase in text for phrase in BENIGN))


def only_repaired(complaints: Sequence[str]) -> bool:
    """Whether all complaints are about the file's structure, and none about what is in a stream."""
    return all(any(phrase in text for phrase in REPAIRED) for text in complaints)


def _problems(pdf: pikepdf.Pdf) -> list[str]:
    """What the check finds; a content stream that ends the check itself is such a finding. The
    library's warning that it cannot decode some kind of image is left out.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return [str(problem) for problem in pdf.check_pdf_syntax()]
    except pikepdf.PdfError as error:
        return [str(error)]
