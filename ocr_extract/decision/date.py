"""Decides the date of a record from the readings of its mark. The extraction pass does it once for
a document; the consensus pass does it again from the stored readings, when the dates of the
volume are known. No pixel is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from ocr_extract.calibration import confidence
from ocr_extract.calibration.model import calibration_kind, calibration_of
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.full_days import full_days
from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import (
    ReadText,
    RecoveredDate,
    recover,
    recover_scored,
)
from ocr_extract.dates.volume_prior import DateFormat, DateVote, date_vote
from ocr_extract.recognition.names import DATES, INK_RECOGNIZERS, PP_OCR, dates_among
from ocr_extract.records import (
    Box,
    Candidate,
    DateResult,
    Document,
    Evidence,
    Hypothesis,
    Reading,
    Written,
)
from ocr_extract.settings import Settings

MIN_FORMAT_CONFIDENCE = 0.6
"""Confidence (0..1) of a date from which its order of day and month counts for the volume
(chosen)."""


def recovered(
    readings: Sequence[Reading],
    *,
    typed: bool,
    placed: bool,
    context: Context,
    settings: Settings,
) -> RecoveredDate:
    """The date that a mark's readings stand for. `typed`: the mark is type, not handwriting.
    `placed`: the mark has a place on a page; without one it is a line of a text file.
    """
    free = [r for r in readings if r.best and r.reader not in INK_RECOGNIZERS]
    texts = [ReadText(r.best, _quality(r, readings, placed=placed)) for r in free]
    dates = dates_among(readings)
    if not dates:
        return recover(texts, context, settings.languages)
    quality = confidence.hand_quality(dates[0].log_likelihood, dates[0].text)
    by_networks = recover_scored(dates, quality, context, settings.languages, texts)
    if not is_read_as_type(readings, settings, typed=typed):
        return by_networks
    return _surer(recover(texts, context, settings.languages), by_networks)


def _surer(by_type: RecoveredDate, by_networks: RecoveredDate) -> RecoveredDate:
    """The date by the readings of type. Where the networks read the same date more surely, it is as
    likely as they say.
    """
    same = (by_type.value, by_type.as_written) == (by_networks.value, by_networks.as_written)
    if not same or by_networks.confidence <= by_type.confidence:
        return by_type
    return replace(by_networks, text=by_type.text)


def is_read_as_type(readings: Sequence[Reading], settings: Settings, *, typed: bool) -> bool:
    """Whether the readings of type decide the date of a mark, and not the networks that read
    handwriting. `typed`: the mark looks like type. Handwriting may look so too, and is then
    misread: where the networks see a clear date, each reading of type that is a date must be it,
    or one of them must be the very text that a network reads.
    """
    dates = dates_among(readings)
    if not typed or not _is_clear(dates) or _is_the_same_text(readings):
        return typed
    by_networks = full_days(dates[0].text, settings.languages)
    of_type = [r.best for r in readings if r.reader not in INK_RECOGNIZERS]
    known = [days for text in of_type if (days := full_days(text, settings.languages))]
    return bool(known) and all(days & by_networks for days in known)


def _is_the_same_text(readings: Sequence[Reading]) -> bool:
    """Whether a recognizer of type and PP-OCR read the same characters, without spaces."""
    texts = [(r.reader, r.best.replace(" ", "").lower()) for r in readings if r.best]
    of_network = {text for reader, text in texts if reader == PP_OCR}
    return any(text in of_network for reader, text in texts if reader not in INK_RECOGNIZERS)


def _is_clear(dates: tuple[Hypothesis, ...]) -> bool:
    """Whether ink is more likely a date than not."""
    return bool(dates) and confidence.ink_date_score(dates[0].log_likelihood, dates[0].text) > 0.5


def _quality(reading: Reading, readings: Sequence[Reading], *, placed: bool) -> float:
    if not placed:
        return confidence.TEXT_QUALITY
    # The dates that the networks score are spelled in one way only, and say nothing of their own.
    return confidence.reading_quality(reading, [r for r in readings if r.reader != DATES])


def date_result(
    dated: RecoveredDate,
    written: Written,
    place: Box | None,
    evidence: tuple[Evidence, ...],
    settings: Settings,
) -> DateResult:
    """The date field of a record, with the calibrated confidence. Raises BadSettings when the
    settings name a calibration that cannot be read.
    """
    calibration = calibration_of(settings)
    posterior = min(1.0, dated.confidence)
    sure = round(calibration.confidence(posterior, calibration_kind(written, evidence)), 4)
    return DateResult(
        value=dated.value.iso if dated.value else None,
        as_written=dated.as_written.iso if dated.as_written else None,
        text=dated.text,
        precision=dated.precision,
        written=written,
        confidence=sure,
        posterior=round(posterior, 5),
        candidates=_candidates(dated, sure),
        place=place,
        evidence=evidence,
    )


def _candidates(dated: RecoveredDate, sure: float) -> tuple[Candidate, ...]:
    """The ranked dates. When the first one is the value, its probability is the value's confidence,
    and the others share the rest in the same proportions as before.
    """
    ranked = dated.candidates
    if not ranked or dated.value != ranked[0].parts:
        return tuple(_candidate(c.parts, c.probability, c.reason) for c in ranked)
    first = ranked[0].probability
    rest = (1.0 - sure) / (1.0 - first) if first < 1.0 else 0.0
    return tuple(
        _candidate(c.parts, sure if i == 0 else min(sure, rest * c.probability), c.reason)
        for i, c in enumerate(ranked)
    )


def _candidate(parts: PartialDate, probability: float, reason: str) -> Candidate:
    return Candidate(value=parts.iso or "", probability=round(probability, 4), reason=reason)


def stamps_of(document: Document) -> tuple[date, ...]:
    """The days on which the file says that it was created and last changed, without repeats."""
    days = (_day(document.created), _day(document.modified))
    return tuple(sorted({day for day in days if day is not None}))


def _day(iso: str | None) -> date | None:
    try:
        return datetime.fromisoformat(iso).date() if iso else None
    except ValueError:
        return None


def vote_of(result: DateResult, settings: Settings) -> DateVote:
    """The vote of a record's date in the consensus pass: evidence for the other agreements of its
    volume.
    """
    dates = [(_parsed(c.value), c.probability) for c in result.candidates]
    return date_vote(dates, _date_format(result, settings))


def _parsed(iso: str) -> PartialDate:
    numbers = [int(part) for part in iso.split("-")] if iso else []
    return PartialDate(*numbers) if numbers else PartialDate(None)


def _date_format(result: DateResult, settings: Settings) -> DateFormat | None:
    """Separator and order of day, month and year; None when the string allows more than one
    meaning or order, or when its confidence is low.
    """
    if result.confidence < MIN_FORMAT_CONFIDENCE or result.precision != "day":
        return None
    if any(item.kind == "certificate" for item in result.evidence):
        return None  # a program wrote it, whatever the signer's own way is
    meanings = [i for i in interpret(result.text, settings.languages) if i.separator]
    orders = {i.order for i in meanings}
    if len({i.parts for i in meanings}) != 1 or len(orders) != 1:
        return None
    return (meanings[0].separator, meanings[0].order)
