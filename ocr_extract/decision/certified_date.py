"""The date of a form on which no other date stands: the day of its certificate.

The day is the signer's own. It is the one that the certificate shows on the page, if it does, and
else the one of the stated time in its zone. A signing service states its time in UTC, where the day
may be another. The day is not read from ink, so the volume's other agreements do not change it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ocr_extract.calibration import confidence
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.recover import DateCandidate, RecoveredDate
from ocr_extract.fields.observations import Observations
from ocr_extract.records import DateResult
from ocr_extract.settings import Settings
from ocr_extract.sources.certificates import Certificate

REASON = "the certificate's day; no other date stands on the form"
MAX_ZONE_DAYS = timedelta(days=1)
"""Largest difference of a time's days in two zones (defined by the calendar)."""
MAX_OTHER_WORDS = 2
"""Words beside the date on a line of a certificate's appearance, at most (chosen): "Datum:"."""


def dating_certificate(observed: Observations) -> Certificate | None:
    """The last certificate that states a time, else the last one of all. None without one, and None
    when no signing block was found: then it is not known what was signed.
    """
    if not observed.labels:
        return None
    timed = [c for c in observed.certificates if _day(c.signed_at) is not None]
    return next(reversed(timed or observed.certificates), None)


def certified_date(observed: Observations, settings: Settings) -> RecoveredDate | None:
    """The certificate's day, with the probability of the certificate's state. None when neither
    the certificate nor its appearance names one.
    """
    certificate = dating_certificate(observed)
    if certificate is None:
        return None
    stated = _day(certificate.signed_at)
    text, day = _shown_day(observed, stated, settings) or (certificate.signed_at or "", stated)
    if day is None:
        return None
    parts = PartialDate(day.year, day.month, day.day)
    return _as_stated(parts, text, confidence.CERTIFICATE_DAY[certificate.state])


def is_certified(stored: DateResult) -> bool:
    """Whether a record's date is a certificate's day."""
    return any(item.kind == "certificate" for item in stored.evidence)


def certified_again(stored: DateResult) -> RecoveredDate:
    """The certificate's day of a record, as when it was first decided."""
    year, month, day = map(int, (stored.value or "").split("-"))
    return _as_stated(PartialDate(year, month, day), stored.text, stored.posterior)


def _as_stated(parts: PartialDate, text: str, probability: float) -> RecoveredDate:
    """A day that was stated and not read: there is no other candidate."""
    return RecoveredDate(
        value=parts,
        as_written=parts,
        confidence=probability,
        candidates=(DateCandidate(parts, probability, REASON),),
        precision="day",
        text=text,
    )


def _shown_day(
    observed: Observations, stated: date | None, settings: Settings
) -> tuple[str, date] | None:
    """The line of the certificate's appearance with the only date on it, and that day. A day that
    cannot be the stated one in any zone does not count.
    """
    found: dict[date, str] = {}
    for line in observed.sealed_text:
        for meaning in interpret(line, settings.languages):
            day = meaning.parts.full()
            if day is None or len(meaning.remainder) > MAX_OTHER_WORDS:
                continue
            if stated is None or abs(day - stated) <= MAX_ZONE_DAYS:
                found.setdefault(day, line)
    if len(found) != 1:
        return None
    ((day, line),) = found.items()
    return line, day


def _day(iso: str | None) -> date | None:
    """The day of an ISO 8601 time in its own zone; None when it is none."""
    try:
        return datetime.fromisoformat(iso or "").date()
    except ValueError:
        return None
