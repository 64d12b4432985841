"""Describes a chosen mark: its best reading, how it was written, and the evidence from it."""

from __future__ import annotations

from ocr_extract.calibration import confidence
from ocr_extract.fields.assign import ScoredMark
from ocr_extract.fields.observations import Observations
from ocr_extract.recognition.names import DATES, HANDWRITING, INK_RECOGNIZERS, NOBODY, PDF
from ocr_extract.records import Box, Evidence, EvidenceKind, Reading, Written
from ocr_extract.sources.certificates import Certificate

MAX_STRINGS = 10
"""Strings of a reading that are kept in a record (chosen). All scored dates are kept, because the
consensus pass needs them."""
TYPED_THRESHOLD = 0.72
"""Print score (0..1) from which a mark counts as type, not handwriting; set on the tuning part
of the development agreements."""


def is_typed(mark: ScoredMark) -> bool:
    """Whether a mark counts as type, not as handwriting."""
    return mark.typed >= TYPED_THRESHOLD


def how_written(mark: ScoredMark, observed: Observations) -> Written:
    """Whether the mark is "typed" or by "hand"; "unknown" for a text file, which has no ink."""
    if not observed.has_ink:
        return "unknown"
    return "typed" if is_typed(mark) else "hand"


def surest_reading(readings: tuple[Reading, ...]) -> Reading:
    """The reading with the highest word score. Readings of scored dates and of the handwriting
    network are left out. For type, the readings of all recognizers of ink are left out, because
    tesseract keeps the spaces. An empty reading when none is left.
    """
    free = [r for r in readings if r.reader not in (DATES, HANDWRITING)]
    typed = [r for r in free if r.reader not in INK_RECOGNIZERS]
    if confidence.print_score(readings) >= TYPED_THRESHOLD:
        free = typed
    return max(free, key=confidence.word_score, default=Reading(reader=NOBODY, hypotheses=()))


def evidence_of(scored: ScoredMark) -> tuple[Evidence, ...]:
    """The mark with its readings as evidence for a field's value."""
    mark = scored.mark
    kind: EvidenceKind = "text" if mark.place is None else "ocr"
    if mark.kind == "ink":
        kind = "ink"
    elif any(reading.reader == PDF for reading in mark.readings):
        kind = "pdf_text"
    readings = tuple(_shortened(reading) for reading in mark.readings)
    source = mark.origin or mark.kind
    return (Evidence(kind=kind, source=source, place=mark.place, readings=readings),)


def certificate_evidence(certificate: Certificate, place: Box | None) -> Evidence:
    """A certificate as evidence, with its state and time in words. `place` is where it shows."""
    time = certificate.signed_at or "at an unstated time"
    later = "" if certificate.whole_file else "; the file was added to afterwards"
    source = f"certificate, {certificate.state}, signed {time}{later}"
    return Evidence(kind="certificate", source=source, place=place)


def _shortened(reading: Reading) -> Reading:
    if reading.reader == DATES:
        return reading
    return reading.model_copy(update={"hypotheses": reading.hypotheses[:MAX_STRINGS]})
