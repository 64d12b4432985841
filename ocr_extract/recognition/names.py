"""Names of the recognizers, as a record's readings give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ocr_extract.records import Hypothesis, Reading

TESSERACT: Final = "tesseract"
PP_OCR: Final = "pp-ocr"
HANDWRITING: Final = "handwriting"
DATES: Final = "dates"
"""Both line networks together: all dates are scored against their output."""
PDF: Final = "pdf"
"""The file's own text, which is not recognized from pixels."""
NOBODY: Final = "none"
"""No recognizer: the mark was not read."""
INK_RECOGNIZERS = frozenset((PP_OCR, HANDWRITING, DATES))
"""Recognizers that read handwriting as well as type: their readings do not say which it is."""


def dates_among(readings: Sequence[Reading]) -> tuple[Hypothesis, ...]:
    """The dates that were scored against the ink, likeliest first; () when none were scored."""
    return next((r.hypotheses for r in readings if r.reader == DATES), ())
