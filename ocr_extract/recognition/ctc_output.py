"""The output of a line network: for each narrow slice of a crop, how likely each character is.

Connectionist temporal classification (CTC; Graves 2006): the likelihood of a text is the sum
over all ways to spread its characters over the slices, with blanks between them. The whole
output is kept, so that any string can be scored, not only the best reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

SYMBOLS = "0123456789/.-,' abcdefghijklmnopqrstuvwxyz年月日"
"""Characters of dates, letters in one case. They are columns 1 to len(SYMBOLS) of the output."""
BLANK, OTHER = 0, len(SYMBOLS) + 1
"""Columns of the CTC blank, and of all other characters that a network knows. Defined by the
order of the output's columns."""
COLUMNS = len(SYMBOLS) + 2
"""Number of columns."""
MIN_SURE_BLANK = 0.995
"""Probability of the blank above which a slice is surely blank; such a slice beside another one
says nothing (chosen)."""
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
    """What a line network made of one crop."""

    probabilities: Array
    """Shape (slices, COLUMNS); each row adds up to 1."""
    text: str = ""
    """The network's best free reading."""
    sure: float = 0.0
    """Mean probability (0..1) of the characters of `text`."""


@lru_cache(maxsize=65536)
def column_of(character: str) -> int:
    """The column of a character, without regard to case, width or accents; OTHER for characters
    that dates do not have.
    """
    lower = character.lower()
    folded = _ALIASES.get(lower, lower)
    if len(folded) == 1 and "０" <= folded <= "９":
        folded = chr(ord(folded) - ord("０") + ord("0"))
    at = SYMBOLS.find(folded) if len(folded) == 1 else -1
    return at + 1 if at >= 0 else OTHER


def drop_repeated_blanks(probabilities: Array) -> Array:
    """The rows (slices, COLUMNS) without each surely blank slice that is the first one or follows
    another one; at least one row.
    """
    blank = probabilities[:, BLANK] > MIN_SURE_BLANK
    keep = ~(blank & np.concatenate([[True], blank[:-1]]))
    return probabilities[keep] if keep.any() else probabilities[:1]
