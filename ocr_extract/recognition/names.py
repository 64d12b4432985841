"""Names of the recognizers, as they stand in a record's readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ocr_extract.records import Hypothesis, Reading

TESSERACT: Final = "tesseract"
PP_OCR: Final = "pp-ocr"
HANDWRITING: Final = "handwriting"
DATES: Final = "dates"
"""Both line networks together, scored against every date."""
PDF: Final = "pdf"
"""The file's own text, which nobody had to recognize."""
NOBODY: Final = "none"
INK_RECOGNIZERS = frozenset((PP_OCR, HANDWRITING, DATES))
"""Those that read handwriting as well as type, and so do not tell them apart."""


def dates_among(readings: Sequence[Reading]) -> tuple[Hypothesis, ...]:
    """The dates that ink was scored against, likeliest first; () where it was not."""
    return next((r.hypotheses for r in readings if r.reader == DATES), ())
