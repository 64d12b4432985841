"""A second look at every date in the light of the volume's other agreements.

Each agreement is told what the others say of when they are and of how dates are written:
leave-one-out, from the stored readings, without reading a pixel twice. The result depends
neither on the order of the files nor on the number of workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_extract.dates.priors import Context
from ocr_extract.dates.volume_prior import volume_prior_of
from ocr_extract.decision.date import date_result, recovered, stamps_of, vote_of
from ocr_extract.decision.flags import redated_flags, verdict_of
from ocr_extract.records import DateResult, Evidence, Reading, Record
from ocr_extract.settings import Settings

MOVED = 0.05
"""Change of a confidence that is worth a line in the record."""


def second_look(
    records: Sequence[Record], given: Context, settings: Settings
) -> tuple[Record, ...]:
    """Every record with its date judged again; `given` is what the editor has said."""
    votes = [vote_of(record.fields.date, settings) for record in records]
    volume = volume_prior_of(votes)
    return tuple(
        look_again(record, replace(given, others=volume.without(own)), settings)
        for record, own in zip(records, votes, strict=True)
    )


def look_again(record: Record, told: Context, settings: Settings) -> Record:
    """One record again, told what the others say; as it was where its date has no readings."""
    stored = record.fields.date
    readings = _readings(stored)
    if not readings:
        return record
    context = replace(told, stamps=stamps_of(record.document))
    found = recovered(
        readings,
        typed=stored.written == "typed",
        placed=stored.place is not None,
        context=context,
        settings=settings,
    )
    result = date_result(found, stored.written, stored.place, stored.evidence, settings)
    if note := _moved(stored, result, context):
        result = result.model_copy(update={"evidence": (*stored.evidence, note)})
    flags = redated_flags(record, found, result, context, settings)
    fields = record.fields.model_copy(update={"date": result})
    verdict = verdict_of(flags, record.damage, located=True)
    return record.model_copy(update={"fields": fields, "flags": flags, "verdict": verdict})


def _readings(stored: DateResult) -> tuple[Reading, ...]:
    """Of the date's mark; what does not show makes no value."""
    shown = [e.readings for e in stored.evidence if e.kind not in ("hidden_text", "volume")]
    return shown[0] if shown else ()


def _moved(before: DateResult, after: DateResult, context: Context) -> Evidence | None:
    """What the volume changed, in words."""
    if before.value == after.value and abs(before.confidence - after.confidence) < MOVED:
        return None
    first = f"alone read as {before.value or 'no date'} with {before.confidence:.0%}"
    return Evidence(kind="volume", source=f"{context.told}; {first}")
