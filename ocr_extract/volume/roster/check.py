"""What the roster says of each agreement: its paper, and what does not fit."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr_extract.decision.flags import ordered, verdict_of
from ocr_extract.records import (
    Box,
    FieldResult,
    Flag,
    Record,
    RosterMatch,
    SignatureResult,
    Verdict,
)
from ocr_extract.signatures.names import names_in, person_similarity
from ocr_extract.volume.roster.matching import (
    AN_AUTHOR,
    Match,
    Matcher,
    folded,
    title_similarity,
)
from ocr_extract.volume.roster.roster import Paper

SURELY_READ = 0.8
"""Confidence from which what a field says can speak against a paper."""
SAME_TITLE_THRESHOLD = 0.7
"""Likeness (0..1) under which a surely read title is another one: of the development roster
the two titles most alike are so by 0.64, and the worst surely read one is 0.9 like its own."""
SAME_PLACE = 1.5
"""Points between the places of what stands on one and the same page."""
MAX_NAMED = 3
"""Files that a message names."""
NO_NAME = 3
"""Letters; a shorter word is an initial."""


@dataclass(frozen=True)
class RecordSummary:
    """What of a record the others have to know: small, for all are held at once."""

    name: str
    part: int
    sha256: str | None
    key: str | None
    verdict: Verdict
    date: str | None
    ink: str
    title: str
    date_text: str
    places: tuple[Box | None, Box | None]
    """Of the signature and of the date."""
    flags: tuple[str, ...] = ()
    index: int = 0
    """Its place among all."""


def with_paper(record: Record, matcher: Matcher) -> Record:
    """The record with its paper, and flags for what does not fit."""
    match = matcher.match(record.document.name, record.fields)
    paper = match.paper
    told = (
        RosterMatch(key=paper.key, state="matched", confidence=match.confidence) if paper else None
    )
    flags = tuple(_flags(record, match))
    return flagged(record.model_copy(update={"roster": told}), flags)


def flagged(record: Record, more: Sequence[Flag]) -> Record:
    """The record with more flags, and the verdict that follows."""
    if not more:
        return record
    flags = ordered([*record.flags, *more])
    located = record.verdict is not Verdict.REJECTED
    verdict = verdict_of(flags, record.damage, located=located)
    return record.model_copy(update={"flags": flags, "verdict": verdict})


def summary_of(record: Record, part: int = 0) -> RecordSummary:
    """The brief of a record; `part` counts the agreements of one file."""
    fields = record.fields
    return RecordSummary(
        name=record.document.name,
        part=part,
        sha256=record.document.sha256,
        key=record.roster.key if record.roster else None,
        verdict=record.verdict,
        date=fields.date.value,
        ink=fields.signature.ink,
        title=folded(fields.title.value or "")[:200],
        date_text=fields.date.text,
        places=(fields.signature.place, fields.date.place),
        flags=tuple(flag.code for flag in record.flags),
    )


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
    if stranger := _stranger(record, match.paper):
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


def _stranger(record: Record, paper: Paper) -> str | None:
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
    if max(person_similarity(person, author) for author in paper.people) >= AN_AUTHOR:
        return True
    words = [word for word in folded(person).split() if len(word) >= NO_NAME]
    families = [word for author in paper.people for word in folded(author).split()[-1:]]
    return any(fuzz.ratio(word, family) >= 100 * AN_AUTHOR for word in words for family in families)


# What documents say of one another


def flags_among(
    brief: RecordSummary, twins: Sequence[RecordSummary], same_ink: Sequence[RecordSummary]
) -> tuple[Flag, ...]:
    """Flags for a file that is another one's twin, or bears its signing page; `twins` are
    files with the same bytes, `same_ink` those with the same signature.
    """
    others = [b.name for b in twins if b.name != brief.name and b.key != brief.key]
    pages = [b.name for b in same_ink if _is_same_page(brief, b)]
    return tuple(
        Flag(code=code, message=f"{said} {_few(names)}.")
        for code, said, names in (
            ("same_file", "The very same file, named for another paper:", others),
            ("same_signing_page", "Another title over the same signing page:", pages),
        )
        if names
    )


def _few(names: Sequence[str]) -> str:
    """The first names, and how many more there are: of many equal files none names all."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(heapq.nsmallest(MAX_NAMED, names)) + more


def _is_same_page(a: RecordSummary, b: RecordSummary) -> bool:
    """The same signature and date in the same places, under different titles."""
    if a.sha256 == b.sha256 or a.date_text != b.date_text or not (a.title and b.title):
        return False
    like, _ = title_similarity(a.title, b.title)
    return (like or 0.0) < SAME_TITLE_THRESHOLD and all(
        _is_near(x, y) for x, y in zip(a.places, b.places, strict=True)
    )


def _is_near(a: Box | None, b: Box | None) -> bool:
    if a is None or b is None:
        return False
    corners = zip((a.x0, a.y0, a.x1, a.y1), (b.x0, b.y0, b.x1, b.y1), strict=True)
    return all(abs(one - other) <= SAME_PLACE for one, other in corners)


def byte_duplicates(briefs: Sequence[RecordSummary]) -> dict[str, list[RecordSummary]]:
    """Documents with the same bytes, by their hash."""
    found: dict[str, list[RecordSummary]] = defaultdict(list)
    for brief in briefs:
        if brief.sha256:
            found[brief.sha256].append(brief)
    return found
