"""Signatures of a volume that are one and the same ink, pasted into several documents.

Reported and not judged: one author signs two papers with one picture, and nothing is
wrong with that; an editor may still want to know.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_extract.records import Record
from ocr_extract.signatures.ink_hash import SAME_ASPECT, is_same_ink

MAX_NAMED = 20
"""Documents that a record names."""


def others_with(inks: Sequence[str]) -> list[tuple[int, ...]]:
    """Of each hash ("" for none) the places of the others that are the same ink."""
    aspects = np.array([float(ink.split(":")[0]) if ink else np.inf for ink in inks])
    return [_others(index, inks, aspects) for index in range(len(inks))]


def _others(index: int, inks: Sequence[str], aspects: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Only those of about the same proportions are compared."""
    own = inks[index]
    if not own:
        return ()
    near = np.flatnonzero(np.abs(aspects / aspects[index] - 1.0) < 2 * SAME_ASPECT)
    return tuple(int(i) for i in near if i != index and is_same_ink(own, inks[int(i)]))


def with_same_ink(record: Record, names: Sequence[str]) -> Record:
    """A record with the names of the other documents that bear its signature's ink, the
    first ones of many: a hundred equal files do not name ten thousand.
    """
    if not names:
        return record
    told = {"same_ink": tuple(heapq.nsmallest(MAX_NAMED, names))}
    signature = record.fields.signature.model_copy(update=told)
    fields = record.fields.model_copy(update={"signature": signature})
    return record.model_copy(update={"fields": fields})
