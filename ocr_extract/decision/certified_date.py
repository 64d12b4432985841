"""The date of a form on which no other date stands: the day of its certificate.

The day is the signer's own, in the zone that the signature states. It is not read, so the other
agreements of the volume do not change it.
"""

from __future__ import annotations

from datetime import datetime

from ocr_extract.calibration import confidence
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.recover import DateCandidate, RecoveredDate
from ocr_extract.fields.observations import Observations
from ocr_extract.records import DateResult
from ocr_extract.sources.certificates import Certificate

REASON = "the certificate's time; no other date stands on the form"


def dating_certificate(observed: Observations) -> Certificate | None:
    """The last certificate that states a time. None without one, and None when no signing block
    was found: then it is not known what was signed.
    """
    if not observed.labels:
        return None
    dated = [c for c in observed.certificates if _day(c.signed_at or "") is not None]
    return dated[-1] if dated else None


def certified_date(certificate: Certificate) -> RecoveredDate:
    """The day of a certificate that states a time, with the probability of the certificate's
    state.
    """
    text = certificate.signed_at or ""
    return _stated(text, confidence.CERTIFICATE_DAY[certificate.state])


def is_certified(date: DateResult) -> bool:
    """Whether a record's date is a certificate's day."""
    return any(item.kind == "certificate" for item in date.evidence)


def certified_again(stored: DateResult) -> RecoveredDate:
    """The certificate's day of a record, as when it was first decided."""
    return _stated(stored.text, stored.posterior)


def _stated(text: str, probability: float) -> RecoveredDate:
    """A stated time as a date. An unreadable text gives no date."""
    parts = _day(text)
    if parts is None:
        return RecoveredDate(illegible=True, text=text)
    return RecoveredDate(
        value=parts,
        as_written=parts,
        confidence=probability,
        candidates=(DateCandidate(parts, probability, REASON),),
        precision="day",
        text=text,
    )


def _day(iso: str) -> PartialDate | None:
    """The day of an ISO 8601 time in its own zone; None when it is none."""
    try:
        day = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return PartialDate(day.year, day.month, day.day)
