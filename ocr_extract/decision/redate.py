"""Decides a record's date again from its stored readings, when the volume's dates are known."""

from __future__ import annotations

from dataclasses import replace

from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import RecoveredDate
from ocr_extract.decision.certified_date import certified_again, is_certified
from ocr_extract.decision.date import date_result, recovered, stamps_of
from ocr_extract.decision.flags import redated_flags
from ocr_extract.decision.severity import graded, is_located, verdict_of
from ocr_extract.records import DateResult, Evidence, Reading, Record
from ocr_extract.settings import Settings

MIN_CHANGE = 0.05
"""Smallest change of a confidence (0..1) that is noted in the record (chosen)."""


def redate(record: Record, context: Context, settings: Settings) -> Record:
    """The record with its date, flags and verdict decided again in the given context. Where the
    date has no readings, only the severities are decided again; a certificate's day keeps its
    value, and only its flags are raised again. No pixel is read.
    """
    stored = record.fields.date
    full_context = replace(context, stamps=stamps_of(record.document))
    if is_certified(stored):
        return _with_date(record, certified_again(stored), stored, full_context, settings)
    readings = _readings(stored)
    if not readings:
        flags = graded(record.flags, record.damage, settings, located=is_located(record))
        return record.model_copy(update={"flags": flags, "verdict": verdict_of(flags)})
    dated = recovered(
        readings,
        typed=stored.written == "typed",
        placed=stored.place is not None,
        context=full_context,
        settings=settings,
    )
    result = date_result(dated, stored.written, stored.place, stored.evidence, settings)
    if change := _change(stored, result, full_context):
        result = result.model_copy(update={"evidence": (*stored.evidence, change)})
    return _with_date(record, dated, result, full_context, settings)


def _with_date(
    record: Record, dated: RecoveredDate, result: DateResult, context: Context, settings: Settings
) -> Record:
    """The record with that date, and with the flags and the verdict that follow from it."""
    flags = redated_flags(record, dated, result, context, settings)
    fields = record.fields.model_copy(update={"date": result})
    return record.model_copy(
        update={"fields": fields, "flags": flags, "verdict": verdict_of(flags)}
    )


def _readings(stored: DateResult) -> tuple[Reading, ...]:
    """The readings of the date's mark; readings of text that does not show are left out."""
    visible = [e.readings for e in stored.evidence if e.kind not in ("hidden_text", "volume")]
    return visible[0] if visible else ()


def _change(before: DateResult, after: DateResult, context: Context) -> Evidence | None:
    """Says in words what the volume changed; None when it changed nothing of note."""
    if before.value == after.value and abs(before.confidence - after.confidence) < MIN_CHANGE:
        return None
    alone = f"alone read as {before.value or 'no date'} with {before.confidence:.0%}"
    return Evidence(kind="volume", source=f"{context.reason}; {alone}")
