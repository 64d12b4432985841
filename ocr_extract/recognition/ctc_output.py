"""What a line network saw: for each narrow slice of a crop, how likely each character is.

Connectionist temporal classification (Graves 2006): a text's likelihood is the sum over
all ways to spread its characters over the slices, with blanks between them. The frames
are kept whole, so that any wanted string can be scored, not the best reading alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

SYMBOLS = "0123456789/.-,' abcdefghijklmnopqrstuvwxyz年月日"
"""Characters that dates are written with, letters in one case; column 0 is the blank, the
others follow, and the last column is everything else that a network knows."""
BLANK, OTHER = 0, len(SYMBOLS) + 1
COLUMNS = len(SYMBOLS) + 2
SURE_BLANK = 0.995
"""Slices this surely blank say nothing beside another such slice."""
_ALIASES = {
    "\\": "/", "|": "l", "!": "l", "∕": "/", "⁄": "/", "／": "/", "，": ",", "、": ",", ";": ",",
    "。": ".", "．": ".", ":": ".", "：": ".", "·": ".", "•": ".", "∙": ".", "–": "-", "—": "-",
    "−": "-", "一": "-", "ー": "-", "_": "-", "~": "-", "’": "'", "‘": "'", "`": "'", '"': "'",
    "é": "e", "è": "e", "ê": "e", "û": "u", "ü": "u", "ù": "u", "ä": "a", "à": "a", "â": "a",
    "ç": "c", "í": "i", "ì": "i", "î": "i", "ó": "o", "ò": "o", "ô": "o", "ö": "o", "ñ": "n",
    "ø": "0",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class CtcOutput:
    """`probabilities` has shape (slices, COLUMNS), each row a distribution; `text` is the
    network's best reading and `sure` the mean probability (0..1) of its characters.
    """

    probabilities: Array
    text: str = ""
    sure: float = 0.0


@lru_cache(maxsize=65536)
def column_of(character: str) -> int:
    """The column of a character, whatever its case, width or accent; else OTHER."""
    lower = character.lower()
    folded = _ALIASES.get(lower, lower)
    if len(folded) == 1 and "０" <= folded <= "９":
        folded = chr(ord(folded) - ord("０") + ord("0"))
    at = SYMBOLS.find(folded) if len(folded) == 1 else -1
    return at + 1 if at >= 0 else OTHER


def shortened(probabilities: Array) -> Array:
    """Without the slices that are surely blank beside another such slice."""
    blank = probabilities[:, BLANK] > SURE_BLANK
    keep = ~(blank & np.concatenate([[True], blank[:-1]]))
    return probabilities[keep] if keep.any() else probabilities[:1]
