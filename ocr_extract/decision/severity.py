"""How grave the flags of an agreement are, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from ocr_extract.flag_codes import CODES, SEVERITIES
from ocr_extract.records import MACHINE_FAULTS, Damage, Flag, Record, Severity, Verdict
from ocr_extract.settings import Settings

BLANK = frozenset(("unsigned", "undated"))
"""The flags that together say that a form came back blank."""
VERDICTS: dict[Severity, Verdict] = {
    "note": Verdict.ACCEPTED,
    "review": Verdict.REVIEW,
    "reject": Verdict.REJECTED,
}
"""The verdict of an agreement by its gravest flag, from the least grave to the gravest."""


def verdict_of(flags: Iterable[Flag]) -> Verdict:
    """The verdict that the gravest flag gives: accepted without a flag, and with notes alone."""
    return gravest_of(*(VERDICTS[flag.severity] for flag in flags))


def gravest_of(*verdicts: Verdict) -> Verdict:
    """The gravest of some verdicts; accepted when there is none."""
    return max(verdicts, key=list(VERDICTS.values()).index, default=Verdict.ACCEPTED)


def graded(
    flags: Iterable[Flag], damage: Sequence[Damage], settings: Settings, *, located: bool
) -> tuple[Flag, ...]:
    """The flags of one agreement with the severity of each. `located`: a signing block was found.

    Without a signing block, and when the form is neither signed nor dated, there is nothing to
    look at: the flags that say so reject it.
    """
    raised = list(flags)
    if not located:
        return as_set([_with(flag, "reject") for flag in raised], damage, settings, least="review")
    severities = {**SEVERITIES, **_of_case({flag.code for flag in raised}, damage)}
    return as_set([_with(flag, severities[flag.code]) for flag in raised], damage, settings)


def _of_case(codes: Set[str], damage: Sequence[Damage]) -> dict[str, Severity]:
    """The severities that depend on the case, by code. A form that is neither signed nor dated is
    blank, and damage that costs no ink asks nobody anything.
    """
    own: dict[str, Severity] = dict.fromkeys(BLANK, "reject") if codes >= BLANK else {}
    harmless = bool(damage) and all(each.harmless for each in damage)
    return {**own, "damaged": "note"} if harmless else own


def as_set(
    flags: Iterable[Flag], damage: Sequence[Damage], settings: Settings, least: Severity = "note"
) -> tuple[Flag, ...]:
    """The flags with the severities that the settings give them, or else their own. No severity is
    lower than `least`. Where the machine failed to read the document, nothing rejects it.
    """
    faulty = has_machine_fault(damage)
    ranked = list(VERDICTS)
    chosen = [(flag, settings.severity_of(flag.code) or flag.severity) for flag in flags]
    highest = [(flag, max(severity, least, key=ranked.index)) for flag, severity in chosen]
    return tuple(
        _with(flag, "review" if faulty and severity == "reject" else severity)
        for flag, severity in highest
    )


def has_machine_fault(damage: Iterable[Damage]) -> bool:
    """Whether the machine or the program may have caused some of the damage, not the file."""
    return any(fault.kind in MACHINE_FAULTS for fault in damage)


def is_located(record: Record) -> bool:
    """Whether a signing block was found: its date is then a mark, or blank, but never unknown."""
    date = record.fields.date
    return bool(date.evidence) or date.written != "unknown"


def ordered(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Flags in the order of CODES. Raises ValueError for a code that is not listed there."""
    order = list(CODES)
    return tuple(sorted(flags, key=lambda flag: order.index(flag.code)))


def _with(flag: Flag, severity: Severity) -> Flag:
    return flag.model_copy(update={"severity": severity})
