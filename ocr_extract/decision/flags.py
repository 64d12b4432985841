"""Raises the flags of a record and decides its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ocr_extract.calibration.model import accept_at, calibration_kind
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import RecoveredDate
from ocr_extract.decision.certified_date import is_certified
from ocr_extract.fields.assign import Assignment
from ocr_extract.fields.observations import Observations
from ocr_extract.records import (
    MACHINE_FAULTS,
    Damage,
    DateResult,
    Fields,
    Flag,
    Record,
    Verdict,
)
from ocr_extract.settings import Settings

CODES: dict[str, str] = {
    "damaged": "something of the file could not be read",
    "not_an_agreement": "no signing block was found",
    "other_form": "another form than the one expected",
    "terms_altered": "the printed terms are not the form's own",
    "unknown_paper": "no paper of the roster is known by the file's name or its content",
    "paper_mismatch": "the file's name says one paper, its content another",
    "same_file": "the very same file came in for another paper, too",
    "same_signing_page": "the same signing page came in under another title, too",
    "not_counted": "another file of the same paper counts",
    "signer_unknown": "nobody named on the form is one of the paper's authors",
    "title_differs": "the title is not the roster's",
    "title_cut_off": "only the beginning of the title stands there",
    "author_blank": "no author is named",
    "title_blank": "no title is given",
    "undated": "no date was found",
    "illegible_date": "the date cannot be read as it stands",
    "year_slip": "the year is probably a slip of the pen",
    "month_slip": "the month is probably a slip of the pen",
    "day_slip": "the day is none of its month",
    "swapped_slip": "day and month probably changed places",
    "ambiguous_order": "day and month can be exchanged",
    "incomplete_date": "a part of the date is missing",
    "unexpected_date": "the date lies far from the volume's",
    "uncertain_date": "the date was read, but not surely",
    "certificate_altered": "the file was changed after it was signed by certificate",
    "unsigned": "no signature was found",
    "signature_unclear": "it cannot be told whether it is signed",
    "signature_displaced": "the signature stands on another field's line",
}
"""Every flag code with its meaning. The order is the order of the flags of a record: a person
looks at the first ones first. docs/flags.md has the same list."""
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
    """All flags of an agreement, in the order of CODES. An agreement without a signing block has
    only flags for its damage, or "not_an_agreement".
    """
    damaged = _damage_flags(observed)
    if not observed.labels:
        return damaged or (_flag("not_an_agreement", None, "No signing block was found."),)
    raised = [
        *damaged,
        *_form_flags(observed, fields, settings),
        *_date_flags(date, fields.date, context, settings),
        *_signature_flags(observed, fields, chosen),
    ]
    if not raised and fields.signature.present == "cannot tell":
        raised.append(_unseen())
    return tuple(raised)


def _damage_flags(observed: Observations) -> tuple[Flag, ...]:
    effects = " ".join(damage.effect for damage in observed.damage)
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
    others = [flag for flag in record.flags if flag.code not in DATE_CODES]
    of_date = list(_date_flags(date, field, context, settings))
    if of_date and record.document.kind == "text":
        others = [flag for flag in others if flag.code != "signature_unclear"]
    elif not others and not of_date and record.fields.signature.present == "cannot tell":
        others.append(_unseen())
    return ordered([*others, *of_date])


def ordered(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Flags in the order of CODES. Raises ValueError for a code that is not listed there."""
    order = list(CODES)
    return tuple(sorted(flags, key=lambda flag: order.index(flag.code)))


def _unseen() -> Flag:
    """The flag of a text file, which never shows ink. It is raised only when no other flag sends a
    person to the document.
    """
    message = "The text names no signer: look at the page itself."
    return _flag("signature_unclear", "signature", message)


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


def verdict_of(flags: Sequence[Flag], damage: Sequence[Damage], *, located: bool) -> Verdict:
    """Accepted without a flag. Rejected when no signing block was located, or when the form is
    neither signed nor dated. Otherwise review. A document that the machine failed to read is never
    rejected.
    """
    codes = {flag.code for flag in flags}
    blank = not located or {"unsigned", "undated"} <= codes
    if blank and not any(fault.kind in MACHINE_FAULTS for fault in damage):
        return Verdict.REJECTED
    return Verdict.REVIEW if flags else Verdict.ACCEPTED
