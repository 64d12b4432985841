"""What the documents of a volume say of one another: equal files, signatures that are one and
the same ink, and one signing page under two titles.

The same ink alone is reported and not flagged: an author signs two papers with one picture,
and nothing is wrong with that; an editor may still want to know.
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
from ocr_extract.volume.roster.matching import title_similarity

MAX_NAMED = 20
"""Documents that a record names (chosen)."""
MAX_IN_MESSAGE = 3
"""Files that a message names (chosen)."""
SAME_PLACE = 1.5
"""Points between the places of what stands on one and the same page."""


def with_same_ink(inks: Sequence[str]) -> list[tuple[int, ...]]:
    """Of each hash ("" for none) the indices of the others that are the same ink."""
    aspects = np.array([float(ink.split(":")[0]) if ink else np.inf for ink in inks])
    return [_others_with(index, inks, aspects) for index in range(len(inks))]


def _others_with(
    index: int, inks: Sequence[str], aspects: npt.NDArray[np.float64]
) -> tuple[int, ...]:
    """Only those of about the same proportions are compared."""
    own = inks[index]
    if not own:
        return ()
    near = np.flatnonzero(np.abs(aspects / aspects[index] - 1.0) < 2 * MAX_ASPECT_DIFFERENCE)
    return tuple(int(i) for i in near if i != index and is_same_ink(own, inks[int(i)]))


def naming_same_ink(record: Record, names: Sequence[str]) -> Record:
    """The record with the names of the other documents that bear its signature's ink, the
    first ones of many: a hundred equal files do not name ten thousand.
    """
    if not names:
        return record
    same_ink = {"same_ink": tuple(heapq.nsmallest(MAX_NAMED, names))}
    signature = record.fields.signature.model_copy(update=same_ink)
    fields = record.fields.model_copy(update={"signature": signature})
    return record.model_copy(update={"fields": fields})


def duplicate_flags(
    summaries: Sequence[RecordSummary], same_ink: Sequence[Sequence[int]]
) -> list[tuple[Flag, ...]]:
    """Of each document the flags for another one with the same bytes, or the same signing page;
    `same_ink` holds the indices of those with the same signature.
    """
    duplicates = byte_duplicates(summaries)
    return [
        _flags(summary, duplicates.get(summary.sha256 or "", ()), [summaries[i] for i in others])
        for summary, others in zip(summaries, same_ink, strict=True)
    ]


def byte_duplicates(summaries: Sequence[RecordSummary]) -> dict[str, list[RecordSummary]]:
    """Documents with the same bytes, by their hash."""
    by_hash: dict[str, list[RecordSummary]] = defaultdict(list)
    for summary in summaries:
        if summary.sha256:
            by_hash[summary.sha256].append(summary)
    return by_hash


def _flags(
    summary: RecordSummary, same_bytes: Sequence[RecordSummary], same_ink: Sequence[RecordSummary]
) -> tuple[Flag, ...]:
    others = [s.name for s in same_bytes if s.name != summary.name and s.key != summary.key]
    pages = [s.name for s in same_ink if _is_same_page(summary, s)]
    return tuple(
        Flag(code=code, message=f"{message} {_few(names)}.")
        for code, message, names in (
            ("same_file", "The very same file, named for another paper:", others),
            ("same_signing_page", "Another title over the same signing page:", pages),
        )
        if names
    )


def _few(names: Sequence[str]) -> str:
    """The first names, and how many more there are: of many equal files none names all."""
    more = f" and {len(names) - MAX_IN_MESSAGE} more" if len(names) > MAX_IN_MESSAGE else ""
    return ", ".join(heapq.nsmallest(MAX_IN_MESSAGE, names)) + more


def _is_same_page(a: RecordSummary, b: RecordSummary) -> bool:
    """The same signature and date in the same places, under different titles."""
    if a.sha256 == b.sha256 or a.date_text != b.date_text or not (a.title and b.title):
        return False
    similarity, _ = title_similarity(a.title, b.title)
    return (similarity or 0.0) < SAME_TITLE_THRESHOLD and all(
        _is_near(x, y) for x, y in zip(a.places, b.places, strict=True)
    )


def _is_near(a: Box | None, b: Box | None) -> bool:
    if a is None or b is None:
        return False
    corners = zip((a.x0, a.y0, a.x1, a.y1), (b.x0, b.y0, b.x1, b.y1), strict=True)
    return all(abs(own - other) <= SAME_PLACE for own, other in corners)
