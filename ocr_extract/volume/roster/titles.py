"""Titles as they are compared: with a paper's title, and with its beginning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from ocr_extract.text import fold, fold_words


@dataclass(frozen=True)
class Beginning:
    """When a title that was read is the beginning of a paper's title only."""

    min_similarity: float = 0.85
    """Lowest similarity, 0..1, of what was read to the beginning of the paper's title at which
    the title counts as cut off (chosen)."""
    min_length: int = 12
    """Fewest characters of a normalized title that are compared with the beginning of a longer
    title (chosen)."""
    max_share: float = 0.75
    """Largest share of a title's characters, 0..1, that counts as its beginning only (chosen)."""


BEGINNING = Beginning()

_PLAIN = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
STROKES = str.maketrans(_PLAIN | {letter.upper(): plain for letter, plain in _PLAIN.items()})
"""Letters with a stroke, joined letters, and the i without a dot. Unicode does not decompose them;
recognizers read, and people type, the plain letters."""


def title_similarity(read: str, title: str) -> tuple[float | None, bool]:
    """Similarity of a title that was read to a paper's title, 0..1, and whether it is only the
    beginning of the paper's title. The similarity is None when one of them is blank.
    """
    read_title, paper_title = fold_title(read), fold_title(title)
    if not read_title or not paper_title:
        return None, False
    whole = fuzz.ratio(read_title, paper_title) / 100
    beginning = beginning_similarity(read_title, paper_title)
    return (
        (beginning, True)
        if beginning > whole and beginning >= BEGINNING.min_similarity
        else (whole, False)
    )


def beginning_similarity(read_title: str, paper_title: str) -> float:
    """Similarity of a folded title to the beginning of a longer one, 0..1; 0 when it is too short,
    or too long to be a beginning.
    """
    if len(read_title) < BEGINNING.min_length or len(read_title) > BEGINNING.max_share * len(
        paper_title
    ):
        return 0.0
    return fuzz.ratio(read_title, paper_title[: len(read_title)]) / 100


@lru_cache(maxsize=20_000)
def fold_title(title: str) -> str:
    """A title in lower case and single spaces, without accents, LaTeX commands, punctuation."""
    plain = fold(re.sub(r"\\[a-zA-Z]+", " ", title.translate(STROKES)))
    return fold_words(plain.replace("'", ""))
