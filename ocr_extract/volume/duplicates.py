"""What documents of a volume have in common: equal files, signatures with the same ink, and one
signing page under two titles.

The same ink alone is reported and not flagged. An author may sign two papers with one picture of a
signature, and that is allowed. An editor may still want to know it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_extract.records import Box, Flag, Record
from ocr_extract.signatures.ink_hash import MAX_ASPECT_DIFFERENCE, is_same_ink
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.check import SAME_TITLE_THRESHOLD
from ocr_extract.volume.roster.titles import title_similarity

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
    summaries: Sequence[RecordSummary], same_ink: Sequence[Sequence[int]]
) -> list[tuple[Flag, ...]]:
    """For each document, the flags for another document with the same bytes or with the same
    signing page. `same_ink` has, for each document, the indices of those with the same ink.
    """
    duplicates = byte_duplicates(summaries)
    return [
        _flags(summary, duplicates.get(summary.sha256 or "", ()), [summaries[i] for i in others])
        for summary, others in zip(summaries, same_ink, strict=True)
    ]


def byte_duplicates(summaries: Sequence[RecordSummary]) -> dict[str, list[RecordSummary]]:
    """The documents by the SHA-256 of their bytes. Documents without a hash are left out."""
    by_hash: dict[str, list[RecordSummary]] = defaultdict(list)
    for summary in summaries:
        if summary.sha256:
            by_hash[summary.sha256].append(summary)
    return by_hash


def _flags(
    summary: RecordSummary, same_bytes: Sequence[RecordSummary], same_ink: Sequence[RecordSummary]
) -> tuple[Flag, ...]:
    """The flags of one document, from the documents with the same bytes and with the same ink."""
    others = [s.name for s in same_bytes if s.name != summary.name and s.key != summary.key]
    pages = [s.name for s in same_ink if _is_same_page(summary, s)]
    return tuple(
        Flag(code=code, message=f"{message} {_first_names(names)}.")
        for code, message, names in (
            ("same_file", "The very same file, named for another paper:", others),
            ("same_signing_page", "Another title over the same signing page:", pages),
        )
        if names
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
    return (similarity or 0.0) < SAME_TITLE_THRESHOLD and all(
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
