"""Makes readings, marks and observations for tests of decisions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ocr_extract.fields.assign import ScoredMark
from ocr_extract.fields.marks import Mark, MarkKind
from ocr_extract.fields.observations import ObservedLabel
from ocr_extract.forms.definition import FieldName
from ocr_extract.geometry import Rect
from ocr_extract.records import Box, Document, Evidence, EvidenceKind, Hypothesis, Reading

PLACE = Box(page=2, x0=210, y0=436, x1=270, y1=448)
DOCUMENT = Document(name="a.pdf", path="a.pdf")
LABELS: dict[FieldName, ObservedLabel] = {
    "corresponding_author": ObservedLabel(Rect(158, 412, 259, 425), None, inferred=False),
    "signature": ObservedLabel(Rect(180, 424, 212, 437), None, inferred=False),
    "date": ObservedLabel(Rect(180, 436, 204, 449), None, inferred=False),
}


def reading(text: str, score: float = 0.95, reader: str = "tesseract") -> Reading:
    """A reading whose words all have that score (0..1)."""
    log_likelihood = len(text.split()) * math.log(score)
    return Reading(
        reader=reader, hypotheses=(Hypothesis(text=text, log_likelihood=log_likelihood),)
    )


def dates(*scored: tuple[str, float]) -> Reading:
    """Dates scored against ink, each with its natural log-likelihood, likeliest first."""
    hypotheses = tuple(Hypothesis(text=text, log_likelihood=value) for text, value in scored)
    return Reading(reader="dates", hypotheses=hypotheses)


def evidence(kind: EvidenceKind, *readings: Reading) -> Evidence:
    return Evidence(kind=kind, source="x", place=PLACE, readings=readings)


def scored(
    readings: Sequence[Reading] = (),
    *,
    kind: MarkKind = "ink",
    place: Box | None = PLACE,
    height: float = 22.0,
    typed: float = 0.1,
    name_like: float = 0.0,
    signed: float = -12.0,
    font: str = "",
    origin: str = "",
) -> ScoredMark:
    """A mark with its readings and scores; by default handwritten ink. `height` is in points."""
    rect = Rect(220, 420, 300, 420 + height)
    mark = Mark(
        kind, rect, readings=tuple(readings), place=place, font=font, origin=origin, ink="1f"
    )
    text = readings[0].best if readings else ""
    return ScoredMark(mark, text, 0.0, name_like, typed, signed=signed)
