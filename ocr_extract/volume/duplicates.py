"""What documents of a volume have in common: equal files, signatures with the same ink, and one
signing page under two titles.

The same ink alone is reported and not flagged. An author may sign two papers with one picture of a
signature, and that is allowed. An editor may still want to know it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ocr_extract.records import Box, Flag, Record, Severity
from ocr_extract.signatures.ink_hash import MAX_ASPECT_DIFFERENCE, is_same_ink
from ocr_extract.signatures.names import person_similarity
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.matching import SAME_AUTHOR_THRESHOLD
from ocr_extract.volume.roster.signers import is_author
from ocr_extract.volume.roster.title_difference import TITLES
from ocr_extract.volume.roster.titles import title_similarity

Authors = Mapping[str, Sequence[str]]
"""The authors of each paper of the roster, by its key."""

MAX_SAME_INK_NAMES = 20
"""Largest number of other documents that a record names (chosen)."""
MAX_NAMES_IN_MESSAGE = 3
"""Largest number of files that a flag's message names (chosen)."""
MAX_PLACE_DISTANCE = 1.5
"""Largest distance, in points, between the box edges of two marks that are in the same place of the
same page (chosen)."""


def with_same_ink(inks: Sequence[str]) -> list[tuple[int, ...]]:
    """For each ink hash, the indices of the other hashes with the same ink. An empty hash ("")
    means that there is no ink, and matches none.
    """
    aspects = np.array([float(ink.split(":")[0]) if ink else np.inf for ink in inks])
    return [_indices_with_same_ink(index, inks, aspects) for index in range(len(inks))]


def _indices_with_same_ink(
    index: int, inks: Sequence[str], aspects: npt.NDArray[np.float64]
) -> tuple[int, ...]:
    """Only hashes of about the same aspect ratio are compared."""
    ink = inks[index]
    if not ink:
        return ()
    candidates = np.flatnonzero(np.abs(aspects / aspects[index] - 1.0) < 2 * MAX_ASPECT_DIFFERENCE)
    return tuple(int(i) for i in candidates if i != index and is_same_ink(ink, inks[int(i)]))


def naming_same_ink(record: Record, names: Sequence[str]) -> Record:
    """The record with the names of the other documents that have its signature's ink. Only the
    first MAX_SAME_INK_NAMES names are stored: otherwise a hundred equal files would store ten
    thousand names.
    """
    if not names:
        return record
    same_ink = {"same_ink": tuple(heapq.nsmallest(MAX_SAME_INK_NAMES, names))}
    signature = record.fields.signature.model_copy(update=same_ink)
    fields = record.fields.model_copy(update={"signature": signature})
    return record.model_copy(update={"fields": fields})


def duplicate_flags(
    summaries: Sequence[RecordSummary],
    same_ink: Sequence[Sequence[int]],
    authors: Authors = MappingProxyType({}),
) -> list[tuple[Flag, ...]]:
    """For each document, the flags for another document with the same bytes or with the same
    signing page. `same_ink` has, for each document, the indices of those with the same ink.
    `authors` are the authors of each paper of the roster.
    """
    duplicates = byte_duplicates(summaries)
    return [
        (
            *_same_file(summary, duplicates.get(summary.sha256 or "", ())),
            *_same_page(summary, [summaries[i] for i in others], authors),
        )
        for summary, others in zip(summaries, same_ink, strict=True)
    ]


def byte_duplicates(summaries: Sequence[RecordSummary]) -> dict[str, list[RecordSummary]]:
    """The documents by the SHA-256 of their bytes. Documents without a hash are left out."""
    by_hash: dict[str, list[RecordSummary]] = defaultdict(list)
    for summary in summaries:
        if summary.sha256:
            by_hash[summary.sha256].append(summary)
    return by_hash


def _same_file(summary: RecordSummary, same_bytes: Sequence[RecordSummary]) -> tuple[Flag, ...]:
    """The flag for documents of other papers with the same bytes."""
    names = [s.name for s in same_bytes if s.name != summary.name and s.key != summary.key]
    message = f"The very same file, named for another paper: {_first_names(names)}."
    return (Flag(code="same_file", message=message),) if names else ()


def _same_page(
    summary: RecordSummary, same_ink: Sequence[RecordSummary], authors: Authors
) -> tuple[Flag, ...]:
    """The flag for documents with the same signing page. It is a note when the signer is an author
    of all their papers: one page that was signed once, for two papers of one's own.
    """
    others = [other for other in same_ink if _is_same_page(summary, other)]
    message = f"Another title over the same signing page: {_first_names([s.name for s in others])}."
    own = all(_is_signed_by_an_author_of_both(summary, other, authors) for other in others)
    severity: Severity = "note" if own else "review"
    return (Flag(code="same_signing_page", message=message, severity=severity),) if others else ()


def _is_signed_by_an_author_of_both(a: RecordSummary, b: RecordSummary, authors: Authors) -> bool:
    """Whether both forms name a person who is an author of both papers."""
    papers = [authors.get(summary.key or "", ()) for summary in (a, b)]
    named = [[p for p in s.people if all(is_author(p, paper) for paper in papers)] for s in (a, b)]
    return any(
        person_similarity(own, other) >= SAME_AUTHOR_THRESHOLD
        for own in named[0]
        for other in named[1]
    )


def _first_names(names: Sequence[str]) -> str:
    """The first names in alphabetical order, and how many more there are."""
    more = (
        f" and {len(names) - MAX_NAMES_IN_MESSAGE} more"
        if len(names) > MAX_NAMES_IN_MESSAGE
        else ""
    )
    return ", ".join(heapq.nsmallest(MAX_NAMES_IN_MESSAGE, names)) + more


def _is_same_page(a: RecordSummary, b: RecordSummary) -> bool:
    """Whether the signature and the date are in the same places, and the titles differ."""
    if a.sha256 == b.sha256 or a.date_text != b.date_text or not (a.title and b.title):
        return False
    similarity, _ = title_similarity(a.title, b.title)
    return (similarity or 0.0) < TITLES.same_title and all(
        _is_near(place_a, place_b) for place_a, place_b in zip(a.places, b.places, strict=True)
    )


def _is_near(a: Box | None, b: Box | None) -> bool:
    """Whether all edges of two boxes are at most MAX_PLACE_DISTANCE apart; False when one is
    missing.
    """
    if a is None or b is None:
        return False
    corners = zip((a.x0, a.y0, a.x1, a.y1), (b.x0, b.y0, b.x1, b.y1), strict=True)
    return all(abs(own - other) <= MAX_PLACE_DISTANCE for own, other in corners)
