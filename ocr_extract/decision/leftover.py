"""Ink of a signing block that no field has taken. While some is left that may be a signature, it
cannot be said that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocr_extract.decision.evidence import is_typed
from ocr_extract.fields.assign import ScoredMark, SignerField
from ocr_extract.fields.marks import MIN_SIGNATURE_SIZE

MIN_SIGNED = -6.0
"""Natural log-odds, by the signature model, from which left over ink may be a signature (chosen;
counted: -1.3 to -4.9 on six signed agreements whose signature no field had taken)."""
MAX_TAKEN = 0.5
"""Overlap (0..1) with the date's mark below which ink is no part of the date (chosen)."""


def leftover_ink(
    marks: Sequence[ScoredMark], chosen: Mapping[SignerField, ScoredMark]
) -> ScoredMark | None:
    """The ink most like a signature that is neither the signature nor the date. A name written by
    hand beside the author's label counts too: it may be meant as the signature.
    """
    taken = [chosen[name].mark.rect for name in ("signature", "date") if name in chosen]
    left = [
        mark
        for mark in marks
        if _may_be_signature(mark)
        and all(mark.mark.rect.overlap(rect) < MAX_TAKEN for rect in taken)
    ]
    return max(left, key=lambda mark: (mark.signed, mark.mark.rect), default=None)


def _may_be_signature(mark: ScoredMark) -> bool:
    """Whether a mark is handwritten ink of a signature's size. Segments have no area of ink."""
    own = mark.mark
    wide, high = MIN_SIGNATURE_SIZE
    large = own.width > wide and own.height > high and own.area > 0.0
    return own.kind == "ink" and large and mark.signed >= MIN_SIGNED and not is_typed(mark)
