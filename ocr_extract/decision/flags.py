"""Raises the flags of a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ocr_extract.calibration.model import accept_at, calibration_kind
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import RecoveredDate
from ocr_extract.decision.certified_date import is_certified
from ocr_extract.decision.severity import graded, ordered, verdict_of
from ocr_extract.fields.assign import Assignment
from ocr_extract.fields.observations import Observations
from ocr_extract.records import DateResult, Fields, Flag, Record, Verdict
from ocr_extract.settings import Settings

DATE_CODES = frozenset(
    "undated illegible_date year_slip month_slip day_slip swapped_slip ambiguous_order"
    " incomplete_date unexpected_date uncertain_date".split()
)
"""Codes of the flags that depend on the date; the consensus pass raises them again."""
PROPOSED_THRESHOLD = 0.5
"""Confidence (0..1) of the date from which a slip of the signer is proposed; below it the reading
itself may be wrong (chosen)."""


def flags_of(
    observed: Observations,
    fields: Fields,
    date: RecoveredDate | None,
    chosen: Assignment,
    context: Context,
    settings: Settings,
) -> tuple[Flag, ...]:
    """All flags of an agreement with their severities, in the order of CODES. An agreement without
    a signing block has only flags for its damage, or "not_an_agreement".
    """
    damaged = _damage_flags(observed)
    if not observed.labels:
        raised = damaged or (_flag("not_an_agreement", None, "No signing block was found."),)
        return graded(raised, observed.damage, settings, located=False)
    raised = (
        *damaged,
        *_form_flags(observed, fields, settings),
        *_date_flags(date, fields.date, context, settings),
        *_signature_flags(observed, fields, chosen),
    )
    flags = graded(raised, observed.damage, settings, located=True)
    return (*flags, *unseen_flags(flags, fields, settings))


def _damage_flags(observed: Observations) -> tuple[Flag, ...]:
    effects = " ".join(dict.fromkeys(damage.effect for damage in observed.damage))
    return (_flag("damaged", None, effects),) if effects else ()


def _flag(code: str, field: str | None, message: str) -> Flag:
    return Flag(code=code, field=field, message=message)


def _form_flags(observed: Observations, fields: Fields, settings: Settings) -> Iterator[Flag]:
    form = observed.form
    if form is not None and form.name != settings.form:
        unknown = "Not a known form: read by its labels alone."
        other = f"Another form than expected: {form.name}."
        yield _flag("other_form", None, unknown if form.name == "generic" else other)
    if observed.altered:
        clauses = ", ".join(observed.altered)
        yield _flag("terms_altered", None, f"Not as printed: clause {clauses}.")
    if fields.author.written == "blank" and fields.corresponding_author.value is None:
        yield _flag("author_blank", "author", "No author is named on either page.")
    if fields.title.written == "blank":
        yield _flag("title_blank", "title", "No title was read.")


def redated_flags(
    record: Record, date: RecoveredDate, field: DateResult, context: Context, settings: Settings
) -> tuple[Flag, ...]:
    """A record's flags; the flags of its date are raised again, the others stay."""
    of_date = _date_flags(date, field, context, settings)
    others = [flag for flag in record.flags if flag.code not in (*DATE_CODES, *_seen_again(record))]
    flags = graded((*others, *of_date), record.damage, settings, located=True)
    return ordered((*flags, *unseen_flags(flags, record.fields, settings)))


def _seen_again(record: Record) -> tuple[str, ...]:
    """The codes, besides those of the date, that depend on the other flags of the record."""
    return ("signature_unclear",) if record.document.kind == "text" else ()


def unseen_flags(flags: Sequence[Flag], fields: Fields, settings: Settings) -> tuple[Flag, ...]:
    """The flag of a text file, which never shows ink. It is raised only when no other flag sends a
    person to the document.
    """
    is_known = any(flag.code == "signature_unclear" for flag in flags)
    if fields.signature.present != "cannot tell" or is_known:
        return ()
    if verdict_of(flags) is not Verdict.ACCEPTED:
        return ()
    message = "The text names no signer: look at the page itself."
    return graded((_flag("signature_unclear", "signature", message),), (), settings, located=True)


def _date_flags(
    date: RecoveredDate | None, field: DateResult, context: Context, settings: Settings
) -> Iterator[Flag]:
    threshold = accept_at(settings, calibration_kind(field.written, field.evidence))
    if date is None:
        yield _flag("undated", "date", "No date was found beside or below its label.")
        return
    if date.illegible:
        yield _flag("illegible_date", "date", f"“{field.text}” cannot be read as a date.")
        return
    if date.slip is not None and field.confidence >= PROPOSED_THRESHOLD:
        why = date.candidates[0].reason if date.candidates else date.slip.reason
        message = f"Written {field.as_written}, probably meant {field.value}: {why}."
        yield _flag(date.slip.code, "date", message)
        return
    if field.precision != "day":
        yield _flag("incomplete_date", "date", f"“{field.text}” is not a full date.")
    elif date.order_open and field.confidence < threshold:
        others = ", ".join(c.value for c in field.candidates[1:2])
        yield _flag("ambiguous_order", "date", f"“{field.text}” may also be {others}.")
    elif date.value is not None and not context.is_expected(date.value):
        yield _flag("unexpected_date", "date", f"{field.value} lies far from what is expected.")
    elif field.confidence < threshold:
        yield _flag("uncertain_date", "date", _doubt(field))


def _doubt(field: DateResult) -> str:
    """Why the date is uncertain, in a sentence."""
    if is_certified(field):
        return f"{field.value} is the day of a certificate that does not validate."
    return f"{field.value} was read with {field.confidence:.0%} confidence."


def _signature_flags(observed: Observations, fields: Fields, chosen: Assignment) -> Iterator[Flag]:
    signature = fields.signature
    if any(c.state == "altered" for c in observed.certificates):
        message = "The file was changed after it was signed by certificate."
        yield _flag("certificate_altered", "signature", message)
    if signature.present == "no":
        yield _flag("unsigned", "signature", "No signature was found.")
    elif signature.present == "cannot tell" and observed.has_ink:
        yield _flag("signature_unclear", "signature", "It cannot be told whether it is signed.")
    elif (other := chosen.displaced.get("signature")) is not None:
        message = f"The signature stands on the line of “{other.replace('_', ' ')}”."
        yield _flag("signature_displaced", "signature", message)
