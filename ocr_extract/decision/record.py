"""Decides a record from what was observed: assigns marks to fields, reads the values, and raises
flags for a person.
"""

from __future__ import annotations

from dataclasses import replace

from ocr_extract.calibration import confidence
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import RecoveredDate
from ocr_extract.decision.certified_date import certified_date, dating_certificate
from ocr_extract.decision.clearest_crop import as_read_most_clearly
from ocr_extract.decision.date import date_result, is_read_as_type, recovered, stamps_of
from ocr_extract.decision.evidence import (
    certificate_evidence,
    evidence_of,
    how_written,
    is_typed,
)
from ocr_extract.decision.flags import flags_of
from ocr_extract.decision.leftover import leftover_ink
from ocr_extract.decision.severity import verdict_of
from ocr_extract.decision.signature import signature_of
from ocr_extract.decision.text_fields import corresponding_author, inline_field
from ocr_extract.fields.assign import ScoredMark, assign
from ocr_extract.fields.features import score_marks
from ocr_extract.fields.observations import Observations
from ocr_extract.recognition.names import PDF
from ocr_extract.records import DateResult, Evidence, Fields, Hypothesis, Reading, Record, Written
from ocr_extract.settings import Settings


def decide(observed: Observations, context: Context, settings: Settings) -> Record:
    """The record of one agreement. `context` holds what is known about the volume's dates. The same
    input gives the same record. Raises BadSettings when the calibration cannot be read.
    """
    context = replace(context, stamps=stamps_of(observed.document))
    author = inline_field(observed.blanks.get("author"))
    rects = {name: label.rect for name, label in observed.labels.items()}
    marks = score_marks(observed.marks, rects, author.value, context, settings)
    assignment = assign(rects, marks)
    chosen = {field: marks[index] for field, index in assignment.chosen.items()}
    corresponding = corresponding_author(chosen.get("corresponding_author"), observed)
    names = (author.value, corresponding.value)
    left = leftover_ink(marks, chosen)
    if "date" in chosen:
        chosen["date"] = as_read_most_clearly(chosen["date"], marks, settings)
    dated = _dated(chosen.get("date"), observed, context, settings)
    fields = Fields(
        title=inline_field(observed.blanks.get("title")),
        author=author,
        corresponding_author=corresponding,
        date=_date(dated, chosen.get("date"), observed, settings),
        signature=signature_of(chosen.get("signature"), left, observed, names),
    )
    flags = flags_of(observed, fields, dated, assignment, context, settings)
    return Record(
        document=observed.document,
        form=observed.form,
        fields=fields,
        verdict=verdict_of(flags),
        flags=flags,
        damage=observed.damage,
        seconds=round(observed.seconds, 3),
    )


def _dated(
    mark: ScoredMark | None, observed: Observations, context: Context, settings: Settings
) -> RecoveredDate | None:
    """The date of the chosen mark, else the day of a certificate. None without both."""
    if mark is None:
        return certified_date(observed, settings)
    return recovered(
        mark.mark.readings,
        typed=is_typed(mark),
        placed=mark.mark.place is not None,
        context=context,
        settings=settings,
    )


def _date(
    dated: RecoveredDate | None,
    mark: ScoredMark | None,
    observed: Observations,
    settings: Settings,
) -> DateResult:
    if dated is None:
        return _no_date(observed)
    if mark is not None:
        own, place = evidence_of(mark), mark.mark.place
        written = _how_dated(mark, observed, settings)
    else:
        own, written, place = _certificate_evidence(observed), "typed", observed.sealed
    return date_result(dated, written, place, (*own, *_hidden_evidence(observed)), settings)


def _how_dated(mark: ScoredMark, observed: Observations, settings: Settings) -> Written:
    """How a date is written: type is "typed" only where the readings of type decide it."""
    written = how_written(mark, observed)
    if written == "typed" and not is_read_as_type(mark.mark.readings, settings, typed=True):
        return "hand"
    return written


def _certificate_evidence(observed: Observations) -> tuple[Evidence, ...]:
    """The certificate that dates the form, as evidence."""
    certificate = dating_certificate(observed)
    return (certificate_evidence(certificate, observed.sealed),) if certificate else ()


def _hidden_evidence(observed: Observations) -> tuple[Evidence, ...]:
    """Text that does not show on the page: it is kept as evidence, but never gives a value."""
    return tuple(
        Evidence(
            kind="hidden_text",
            source="text that does not show",
            readings=(Reading(reader=PDF, hypotheses=(_weak(line),)),),
        )
        for line in observed.hidden
    )


def _weak(line: str) -> Hypothesis:
    return Hypothesis(text=line, log_likelihood=confidence.HIDDEN_TEXT)


def _no_date(observed: Observations) -> DateResult:
    """The date field when there is neither a mark nor a certificate that gives a date."""
    return DateResult(
        written="blank" if observed.labels else "unknown",
        confidence=confidence.NO_MARK_CONFIDENCE if observed.labels else 0.0,
    )
