"""What the roster says of each agreement: its paper, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from ocr_extract.decision.flags import ordered, verdict_of
from ocr_extract.records import (
    FieldResult,
    Flag,
    Record,
    RosterMatch,
    SignatureResult,
    Verdict,
)
from ocr_extract.signatures.names import names_in, person_similarity
from ocr_extract.volume.roster.matching import (
    SAME_AUTHOR,
    Match,
    Matcher,
    fold_title,
)
from ocr_extract.volume.roster.roster import Paper

SURELY_READ = 0.8
"""Confidence from which what a field says can speak against a paper."""
SAME_TITLE_THRESHOLD = 0.7
"""Likeness (0..1) under which a surely read title is another one: of the development roster
the two titles most alike are so by 0.64, and the worst surely read one is 0.9 like its own."""
NO_NAME = 3
"""Letters; a shorter word is an initial."""


def with_paper(record: Record, matcher: Matcher) -> Record:
    """The record with its paper, and flags for what does not fit."""
    match = matcher.match(record.document.name, record.fields)
    paper = match.paper
    told = (
        RosterMatch(key=paper.key, state="matched", confidence=match.confidence) if paper else None
    )
    flags = tuple(_flags(record, match))
    return with_flags(record.model_copy(update={"roster": told}), flags)


def with_flags(record: Record, more: Sequence[Flag]) -> Record:
    """The record with more flags, and the verdict that follows."""
    if not more:
        return record
    flags = ordered([*record.flags, *more])
    located = record.verdict is not Verdict.REJECTED
    verdict = verdict_of(flags, record.damage, located=located)
    return record.model_copy(update={"flags": flags, "verdict": verdict})


def _flags(record: Record, match: Match) -> Iterator[Flag]:
    if match.paper is None:
        message = "No paper of the roster is known by the file's name, the title or the authors."
        yield Flag(code="unknown_paper", message=message)
        return
    if match.conflicting_paper is not None:
        named, content = match.paper.key, match.conflicting_paper.key
        message = f"Named for {named}, but the content is that of {content}."
        yield Flag(code="paper_mismatch", message=message)
        return
    yield from _title_flags(record, match, match.paper)
    if stranger := _unknown_signer(record, match.paper):
        message = f"“{stranger}” is none of the authors of {match.paper.key}."
        yield Flag(code="signer_unknown", field="author", message=message)


def _title_flags(record: Record, match: Match, paper: Paper) -> Iterator[Flag]:
    title = record.fields.title
    if match.title is None or not _is_sure(title):
        return
    if match.cut:
        message = f"Only “{title.value}” of “{paper.title}” stands there."
        yield Flag(code="title_cut_off", field="title", message=message)
    elif match.title < SAME_TITLE_THRESHOLD:
        message = f"“{title.value}” is not “{paper.title}”."
        yield Flag(code="title_differs", field="title", message=message)


def _unknown_signer(record: Record, paper: Paper) -> str | None:
    """Who is named on the form, when that was surely read and is nobody of the authors."""
    fields = record.fields
    named = (fields.author, fields.corresponding_author, fields.signature)
    people = [p for field in named if _is_sure(field) for p in names_in(field.value)]
    if not people or not paper.people or any(_is_author(p, paper) for p in people):
        return None
    return people[0]


def _is_sure(field: FieldResult | SignatureResult) -> bool:
    return field.confidence >= SURELY_READ and field.written not in ("hand", "certificate")


def _is_author(person: str, paper: Paper) -> bool:
    """By the whole name in any order, or by a family name."""
    if max(person_similarity(person, author) for author in paper.people) >= SAME_AUTHOR:
        return True
    words = [word for word in fold_title(person).split() if len(word) >= NO_NAME]
    families = [word for author in paper.people for word in fold_title(author).split()[-1:]]
    return any(
        fuzz.ratio(word, family) >= 100 * SAME_AUTHOR for word in words for family in families
    )
