"""Each agreement compared with the roster: its paper, and flags for what does not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from ocr_extract.decision.severity import as_set, ordered, verdict_of
from ocr_extract.records import (
    FieldResult,
    Flag,
    Record,
    RosterMatch,
    SignatureResult,
)
from ocr_extract.settings import Settings
from ocr_extract.signatures.names import names_in, person_similarity
from ocr_extract.volume.roster.matching import (
    SAME_AUTHOR_THRESHOLD,
    Match,
    Matcher,
    fold_title,
)
from ocr_extract.volume.roster.roster import Paper

MIN_SURE_CONFIDENCE = 0.8
"""Lowest confidence, 0..1, at which the value of a field can contradict the roster's entry
(chosen)."""
SAME_TITLE_THRESHOLD = 0.7
"""Similarity, 0..1, below which a title that was read with certainty is a different title. Measured
on the development roster: the two most similar titles of different papers reach 0.64, and the worst
title that was read with certainty reaches 0.9 with its own."""
MIN_NAME_LETTERS = 3
"""Fewest letters of a word that can be a family name; a shorter word is an initial (chosen)."""


def with_paper(record: Record, matcher: Matcher, settings: Settings) -> Record:
    """The record with its paper, and with flags for what does not agree with the roster."""
    match = matcher.match(record.document.name, record.fields)
    paper = match.paper
    roster_match = (
        RosterMatch(key=paper.key, state="matched", confidence=match.confidence) if paper else None
    )
    flags = tuple(_flags(record, match))
    return with_flags(record.model_copy(update={"roster": roster_match}), flags, settings)


def with_flags(record: Record, added: Sequence[Flag], settings: Settings) -> Record:
    """The record with further flags, and with the verdict that follows from all flags."""
    if not added:
        return record
    flags = ordered([*record.flags, *as_set(added, record.damage, settings)])
    return record.model_copy(update={"flags": flags, "verdict": verdict_of(flags)})


def _flags(record: Record, match: Match) -> Iterator[Flag]:
    """The flags of a record for its match with the roster."""
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
    if signer := _signer_not_an_author(record, match.paper):
        message = f"“{signer}” is none of the authors of {match.paper.key}."
        yield Flag(code="signer_unknown", field="author", message=message)


def _title_flags(record: Record, match: Match, paper: Paper) -> Iterator[Flag]:
    """A flag when the title on the form is cut off, or is not the paper's title."""
    title = record.fields.title
    if match.title is None or not _is_sure(title):
        return
    if match.cut:
        message = f"Only “{title.value}” of “{paper.title}” stands there."
        yield Flag(code="title_cut_off", field="title", message=message)
    elif match.title < SAME_TITLE_THRESHOLD:
        message = f"“{title.value}” is not “{paper.title}”."
        yield Flag(code="title_differs", field="title", message=message)


def _signer_not_an_author(record: Record, paper: Paper) -> str | None:
    """The person named on the form, when none of the people that were read with certainty is an
    author of the paper. None otherwise, and when the form or the roster names nobody.
    """
    fields = record.fields
    name_fields = (fields.author, fields.corresponding_author, fields.signature)
    people = [
        person for field in name_fields if _is_sure(field) for person in names_in(field.value)
    ]
    if not people or not paper.people or any(is_author(person, paper.people) for person in people):
        return None
    return people[0]


def _is_sure(field: FieldResult | SignatureResult) -> bool:
    """Whether a field was read with enough certainty to contradict the roster. Handwriting and
    certificates are never sure.
    """
    return field.confidence >= MIN_SURE_CONFIDENCE and field.written not in ("hand", "certificate")


def is_author(person: str, authors: Sequence[str]) -> bool:
    """Whether a person is one of the authors: by the whole name in any order, or a family name."""
    best = max((person_similarity(person, author) for author in authors), default=0.0)
    if best >= SAME_AUTHOR_THRESHOLD:
        return True
    words = [word for word in fold_title(person).split() if len(word) >= MIN_NAME_LETTERS]
    families = [word for author in authors for word in fold_title(author).split()[-1:]]
    return any(
        fuzz.ratio(word, family) >= 100 * SAME_AUTHOR_THRESHOLD
        for word in words
        for family in families
    )
