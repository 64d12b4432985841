"""Signatures of a volume that are one and the same ink, pasted into several documents.

Reported and not judged: one author signs two papers with one picture, and nothing is
wrong with that; an editor may still want to know.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_extract.records import Record
from ocr_extract.signatures.same_ink import SAME_ASPECT, is_same_ink


def with_same_ink(records: Sequence[Record]) -> tuple[Record, ...]:
    """Each record with the names of the other documents that bear its signature's ink."""
    inked = [(record.fields.signature.ink, record.document.name) for record in records]
    aspects = np.array([float(ink.split(":")[0]) if ink else np.inf for ink, _ in inked])
    return tuple(
        _told(record, _others(index, inked, aspects)) for index, record in enumerate(records)
    )


def _others(
    index: int, inked: Sequence[tuple[str, str]], aspects: npt.NDArray[np.float64]
) -> tuple[str, ...]:
    """Names of the others; only those of about the same proportions are compared."""
    own = inked[index][0]
    if not own:
        return ()
    near = np.flatnonzero(np.abs(aspects / aspects[index] - 1.0) < 2 * SAME_ASPECT)
    others = [inked[int(i)] for i in near if i != index]
    return tuple(sorted(name for ink, name in others if is_same_ink(own, ink)))


def _told(record: Record, names: tuple[str, ...]) -> Record:
    if not names:
        return record
    signature = record.fields.signature.model_copy(update={"same_ink": names})
    return record.model_copy(
        update={"fields": record.fields.model_copy(update={"signature": signature})}
    )
