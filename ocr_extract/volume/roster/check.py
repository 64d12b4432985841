"""Each agreement compared with the roster: its paper, and flags for what does not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ocr_extract.decision.severity import as_set, ordered, verdict_of
from ocr_extract.records import (
    Candidate,
    FieldResult,
    Flag,
    Record,
    RosterMatch,
    SignatureResult,
)
from ocr_extract.settings import Settings
from ocr_extract.signatures.names import names_in
from ocr_extract.volume.roster.matching import Match, with_fit
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.signers import is_author, is_stranger
from ocr_extract.volume.roster.title_difference import difference, is_same

MIN_SURE_CONFIDENCE = 0.9
"""Lowest confidence, 0..1, at which the value of a field can contradict the roster's entry.
Measured on eight volumes: what was not the value but a shred of handwriting, or print of the form,
reaches 0.85; titles that truly differ have 0.99."""


def with_paper(record: Record, match: Match, roster: Roster, settings: Settings) -> Record:
    """The record with its paper, and with flags for what does not agree with the roster."""
    match = with_fit(match, record.fields)
    paper = match.paper
    roster_match = (
        RosterMatch(key=paper.key, state="matched", confidence=match.confidence) if paper else None
    )
    flags = tuple(_flags(record, match, roster))
    return with_flags(record.model_copy(update={"roster": roster_match}), flags, settings)


def with_flags(record: Record, added: Sequence[Flag], settings: Settings) -> Record:
    """The record with further flags, and with the verdict that follows from all flags."""
    if not added:
        return record
    flags = ordered([*record.flags, *as_set(added, record.damage, settings)])
    return record.model_copy(update={"flags": flags, "verdict": verdict_of(flags)})


def _flags(record: Record, match: Match, roster: Roster) -> Iterator[Flag]:
    """The flags of a record for its match with the roster."""
    if match.paper is None:
        likely = zip(match.candidates, match.probabilities, strict=True)
        candidates = tuple(_candidate(paper, p) for paper, p in likely)
        message = _unknown(match.candidates)
        yield Flag(code="unknown_paper", message=message, candidates=candidates)
        return
    if match.conflicting_paper is not None:
        named, content = match.paper.key, match.conflicting_paper.key
        message = f"Named for {named}, but the content is that of {content}."
        other = match.conflicting_paper
        candidates = (_candidate(other, 1.0 - match.confidence),)
        candidates = (_candidate(match.paper, match.confidence), *candidates)
        yield Flag(code="paper_mismatch", message=message, candidates=candidates)
        return
    yield from _title_flags(record.fields.title, match.paper, roster)
    if signer := _signer_not_an_author(record, match.paper):
        message = f"“{signer}” is none of the authors of {match.paper.key}."
        yield Flag(code="signer_unknown", field="author", message=message)


def _candidate(paper: Paper, probability: float) -> Candidate:
    """A paper as a candidate: its key, its probability (0..1), and its title as the reason."""
    return Candidate(value=paper.key, probability=probability, reason=paper.title)


def _unknown(candidates: Sequence[Paper]) -> str:
    """Says that the paper is not known, and which papers are the likeliest."""
    message = "No paper of the roster is known by the file's name, the title or the authors."
    if not candidates:
        return message
    return f"{message} Perhaps {' or '.join(paper.key for paper in candidates)}."


def _title_flags(title: FieldResult, paper: Paper, roster: Roster) -> Iterator[Flag]:
    """A flag when the title on the form is cut off, or is not the paper's title. It is a note when
    it still names this paper and no other.
    """
    if not _is_sure(title) or is_same(title.value or "", paper.title):
        return
    others = [other.title for other in roster.papers if other.key != paper.key]
    differing = difference(title.value or "", paper.title, others)
    if differing is None:
        return
    cut_off = differing.kind == "cut off"
    only, one = f"Only “{title.value}” of “{paper.title}” stands there.", differing.names_one
    message = only if cut_off else f"“{title.value}” is not “{paper.title}”."
    code: str = "title_cut_off" if cut_off else "title_differs"
    yield Flag(code=code, field="title", message=message, severity="note" if one else "review")


def _signer_not_an_author(record: Record, paper: Paper) -> str | None:
    """The person named on the form, when all people that were read with certainty are strangers to
    the paper. None otherwise, and when the form or the roster names nobody.
    """
    fields = record.fields
    name_fields = (fields.author, fields.corresponding_author, fields.signature)
    people = [
        person for field in name_fields if _is_sure(field) for person in names_in(field.value)
    ]
    if any(is_author(person, paper.people) for person in people):
        return None
    return next((person for person in people if is_stranger(person, paper.people)), None)


def _is_sure(field: FieldResult | SignatureResult) -> bool:
    """Whether a field was read with enough certainty to contradict the roster. Handwriting and
    certificates are never sure.
    """
    return field.confidence >= MIN_SURE_CONFIDENCE and field.written not in ("hand", "certificate")
