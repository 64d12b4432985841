"""Decides the text fields: title and author in the running text, and the corresponding author
beside its label.
"""

from __future__ import annotations

from ocr_extract.calibration import confidence
from ocr_extract.decision.evidence import evidence_of, how_written, surest_reading
from ocr_extract.fields.assign import ScoredMark
from ocr_extract.fields.observations import Observations, ObservedBlank
from ocr_extract.records import Candidate, Evidence, FieldResult

MAX_NAME_CONFIDENCE = 0.99
"""Highest confidence (0..1) of a corresponding author's name (chosen)."""
EMPTY_SHARE = 0.9
"""Factor (0..1): the confidence that a blank is empty is this share of the probability that the
blank was located (chosen)."""


def inline_field(blank: ObservedBlank | None) -> FieldResult:
    """A field in the running text, as it was read; "unknown" when its blank was not found."""
    if blank is None:
        return FieldResult()
    if not blank.text:
        return FieldResult(
            written="hand" if blank.ink else "blank",
            confidence=0.0 if blank.ink else round(EMPTY_SHARE * blank.located, 4),
            place=blank.place,
        )
    sure = round(confidence.text_confidence(blank.scores, blank.located), 4)
    return FieldResult(
        value=blank.text,
        as_written=blank.text,
        written="hand" if blank.ink else "unknown",
        confidence=sure,
        candidates=(Candidate(value=blank.text, probability=sure, reason="as written"),),
        place=blank.place,
        evidence=(Evidence(kind="ocr" if blank.place else "text", source="page"),),
    )


def corresponding_author(mark: ScoredMark | None, observed: Observations) -> FieldResult:
    """The corresponding author, as the signer wrote it beside the label."""
    if mark is None:
        sure = confidence.NO_MARK_CONFIDENCE if observed.labels else 0.0
        return FieldResult(written="blank" if observed.labels else "unknown", confidence=sure)
    readings = mark.mark.readings
    reading = surest_reading(readings)
    text = reading.best or None
    quality = confidence.reading_quality(reading, readings) if text else 0.0
    sure = min(MAX_NAME_CONFIDENCE, quality)
    candidates = (Candidate(value=text, probability=sure, reason="as written"),) if text else ()
    return FieldResult(
        value=text,
        as_written=text,
        written=how_written(mark, observed),
        confidence=round(sure, 4),
        candidates=candidates,
        place=mark.mark.place,
        evidence=evidence_of(mark),
    )
