"""Applies to a record what people decided about it.

A person's decision is taken as right: its value has confidence 1. What the program says stays
beside it: as written, among the candidates, in the evidence, and in the record's decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.volume_prior import DateFormat, DateVote, date_vote
from ocr_extract.decision.flags import DATE_CODES, unseen_flags
from ocr_extract.decision.severity import BLANK, graded, is_located, ordered, verdict_of
from ocr_extract.records import (
    Candidate,
    DateResult,
    Decision,
    Evidence,
    FieldResult,
    Fields,
    Flag,
    Record,
    RosterMatch,
    SignatureResult,
)
from ocr_extract.settings import Settings

R = TypeVar("R", bound=FieldResult)
TEXT_FIELDS = ("title", "author", "corresponding_author")
"""The fields whose value is any text."""
FLAGS_OF: Mapping[str, frozenset[str]] = {
    "date": DATE_CODES,
    "signature": frozenset(("unsigned", "signature_unclear")),
    "paper": frozenset(("unknown_paper", "paper_mismatch")),
    "title": frozenset(("title_blank", "title_differs", "title_cut_off")),
    "author": frozenset(("author_blank",)),
    "corresponding_author": frozenset(("author_blank",)),
}
"""The flags that a decision about a field settles, by the field."""
ALSO_NOTED: Mapping[str, frozenset[str]] = {
    "paper": frozenset(("title_differs", "title_cut_off")),
}
"""Further flags that become notes when the field is set: who named the paper saw both titles."""
WORTH_A_NOTE = frozenset(
    "year_slip month_slip day_slip swapped_slip unexpected_date title_differs title_cut_off"
    " unknown_paper paper_mismatch".split()
)
"""Flags that become notes when a person sets the value: they say what stands on the form. The
others go away."""
SAID_BY: Mapping[tuple[str, str | None], tuple[str, str]] = {
    ("signature", "no"): ("unsigned", "No signature is there"),
    ("signature", "cannot tell"): ("signature_unclear", "It cannot be told whether it is signed"),
    ("date", None): ("undated", "No date is there"),
    ("title", None): ("title_blank", "No title is there"),
    ("author", None): ("author_blank", "No author is named"),
}
"""The flag that a decision itself raises, by field and value, and its sentence."""


def with_decisions(record: Record, decisions: Sequence[Decision], settings: Settings) -> Record:
    """The record with the decided values, and with the flags and the verdict that follow.
    `decisions` are those that count, at most one for each field; `record` is what the program says.
    """
    if not decisions:
        return record
    said = tuple(d.model_copy(update={"before": value_of(record, d.field)}) for d in decisions)
    fields = with_values(record.fields, said)
    kept = settled_flags((*record.flags, *_raised(record, said)), said)
    blank = graded(
        [flag for flag in kept if _is_blank(flag)], record.damage, settings, located=True
    )
    flags = (*blank, *(flag for flag in kept if not _is_blank(flag)))
    flags = ordered((*flags, *unseen_flags(flags, fields, settings)))
    update = {
        "fields": fields,
        "roster": _decided_paper(record.roster, said),
        "flags": flags,
        "verdict": verdict_of(flags),
        "decisions": (*record.decisions, *said),
    }
    return record.model_copy(update=update)


def with_settled_flags(record: Record, decisions: Sequence[Decision]) -> Record:
    """The record with flags that were added later settled as well, and the verdict that follows."""
    if not decisions:
        return record
    flags = settled_flags(record.flags, decisions)
    return record.model_copy(update={"flags": flags, "verdict": verdict_of(flags)})


def settled_flags(flags: Iterable[Flag], decisions: Sequence[Decision]) -> tuple[Flag, ...]:
    """The flags after the decisions: a settled flag is gone, or is a note that says by whom. The
    result stays the same when it is settled again.
    """
    settled = (_settled(flag, decisions) for flag in flags)
    return tuple(flag for flag in settled if flag is not None)


def _settled(flag: Flag, decisions: Sequence[Decision]) -> Flag | None:
    """The flag after the decisions; None when it is gone."""
    for decision in decisions:
        codes = FLAGS_OF.get(decision.field, frozenset()) | {decision.field}
        own = _is_said_by(flag, decision)
        if flag.code in codes and not own:
            if decision.action == "set" and flag.code not in WORTH_A_NOTE:
                return None
            flag = _noted(flag, decision)
        elif decision.action == "set" and flag.code in ALSO_NOTED.get(decision.field, ()):
            flag = _noted(flag, decision)
    return flag


def _is_said_by(flag: Flag, decision: Decision) -> bool:
    """Whether the decision itself raises the flag."""
    said = SAID_BY.get((decision.field, decision.value))
    return decision.action == "set" and said is not None and said[0] == flag.code


def _is_blank(flag: Flag) -> bool:
    """Whether a flag says that something is missing, and nobody let it pass."""
    return flag.code in BLANK and flag.asks


def _noted(flag: Flag, decision: Decision) -> Flag:
    """The flag with what was decided: a note, or still a flag when the author has to be asked."""
    if decision.action == "ask":
        end, severity = f" To be asked, {decision.reason}.", flag.severity
    else:
        how = "Left as it is" if decision.action == "leave" else "Settled"
        end, severity = f" {how}, {decision.reason}.", "note"
    message = flag.message if end in flag.message else flag.message + end
    return flag.model_copy(update={"message": message, "severity": severity})


def _raised(record: Record, decisions: Sequence[Decision]) -> Iterator[Flag]:
    """The flags that the decisions raise: what is missing by a person's word is missing. A file
    without a signing block that a person lets pass still needs a date.
    """
    present = {flag.code for flag in record.flags}
    for decision in decisions:
        said = SAID_BY.get((decision.field, decision.value))
        if decision.action == "set" and said is not None and said[0] not in present:
            message = f"{said[1]}, {decision.reason}."
            yield Flag(code=said[0], field=decision.field, message=message)
    passed = any(d.action == "leave" and d.field in present for d in decisions)
    if passed and not is_located(record) and all(d.field != "date" for d in decisions):
        yield Flag(code="undated", field="date", message="No date was found.")


def value_of(record: Record, field: str) -> str | None:
    """The value of a field or of the paper, as text; None for a flag and without a value."""
    if field == "signature":
        return record.fields.signature.present
    if field == "paper":
        return record.roster.key if record.roster else None
    if field in ("date", *TEXT_FIELDS):
        value: str | None = getattr(record.fields, field).value
        return value
    return None


def with_values(fields: Fields, decisions: Iterable[Decision]) -> Fields:
    """The fields with the values that people set."""
    for decision in decisions:
        if decision.action != "set":
            continue
        if decision.field == "signature":
            fields = fields.model_copy(update={"signature": _signature(fields.signature, decision)})
        elif decision.field in ("date", *TEXT_FIELDS):
            decided = _decided(getattr(fields, decision.field), decision)
            fields = fields.model_copy(update={decision.field: decided})
    return fields


def _decided(stored: R, decision: Decision) -> R:
    """A field with a person's value. What the program says stays among the candidates, with
    probability 0.
    """
    value = decision.value
    others = tuple(_set_aside(c) for c in stored.candidates if c.value != value)
    own = (Candidate(value=value, probability=1.0, reason=decision.reason),) if value else ()
    unread = stored.written in ("blank", "unknown")
    update: dict[str, object] = {
        "value": value,
        "written": "blank" if value is None else "unknown" if unread else stored.written,
        "confidence": 1.0,
        "candidates": (*own, *others),
        "evidence": (*stored.evidence, _evidence(decision)),
    }
    if isinstance(stored, DateResult):
        update |= {"precision": "day" if value else "none", "posterior": 1.0}
    return stored.model_copy(update=update)


def _set_aside(candidate: Candidate) -> Candidate:
    """A candidate that a person did not choose."""
    reason = f"{candidate.reason} (before the decision: {candidate.probability:.1%})"
    return candidate.model_copy(update={"probability": 0.0, "reason": reason})


def _signature(stored: SignatureResult, decision: Decision) -> SignatureResult:
    """The signature as a person saw it. What is no signature has no ink to compare."""
    update: dict[str, object] = {
        "present": decision.value,
        "confidence": 1.0,
        "evidence": (*stored.evidence, _evidence(decision)),
    }
    if decision.value == "no":
        update |= {"value": None, "written": "none", "ink": "", "names": "cannot tell"}
    elif decision.value == "yes" and stored.written == "none":
        update |= {"written": "unknown"}
    return stored.model_copy(update=update)


def _evidence(decision: Decision) -> Evidence:
    return Evidence(kind="person", source=decision.reason)


def _decided_paper(roster: RosterMatch | None, decisions: Iterable[Decision]) -> RosterMatch | None:
    """The paper that a person named, else the program's."""
    for decision in decisions:
        if decision.field == "paper" and decision.action == "set":
            key = decision.value
            return RosterMatch(key=key, state="matched", confidence=1.0) if key else None
    return roster


def decided_vote(result: DateResult, settings: Settings) -> DateVote:
    """The vote of a date that a person set: its day with probability 1, and its own order of day
    and month if the written characters tell it.
    """
    if result.value is None:
        return DateVote()
    day = date.fromisoformat(result.value)
    parts = PartialDate(day.year, day.month, day.day)
    return date_vote([(parts, 1.0)], _date_format(result, parts, settings))


def _date_format(result: DateResult, parts: PartialDate, settings: Settings) -> DateFormat | None:
    """Separator and order in which the day is written. None when the characters do not say it, or a
    program wrote them.
    """
    if any(item.kind == "certificate" for item in result.evidence):
        return None
    meanings = interpret(result.text, settings.languages)
    formats = {(m.separator, m.order) for m in meanings if m.separator and m.parts == parts}
    return formats.pop() if len(formats) == 1 else None
