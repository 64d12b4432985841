"""Words in which a label and the entry after it are one: "Date:2025.8.28".

Signers type right behind the colon, and recognizers overlook narrow gaps. Such a word is neither
the label nor the entry, so it is divided behind the label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from rapidfuzz import fuzz

from ocr_extract.forms.definition import built_in_forms
from ocr_extract.forms.phrases import MIN_SHORT_SIMILARITY, letters_and_digits
from ocr_extract.geometry import Rect
from ocr_extract.text import Word

NARROW, WIDE = 0.5, 1.5
"""Widths of a narrow and a wide letter, as multiples of a usual one's (chosen; they are near
those of Times and Helvetica)."""
_GLUED = re.compile(r"(?P<label>\W*[^\W\d_]{3,}(?:[:;]+|(?=\d)))(?P<entry>\w.*)")
_NARROW_LETTERS = frozenset("fijlrtI.,:;'|!()[]/- ")
_WIDE_LETTERS = frozenset("mwMW")


def without_glue(word: Word) -> tuple[Word, ...]:
    """The label and its entry as two words; the word alone when it is not both. The place of the
    gap is estimated from the widths of letters.
    """
    match = _GLUED.fullmatch(word.text)
    if match is None or not _is_label(match["label"]):
        return (word,)
    end = _x_after(word, match["label"])
    x0, y0, x1, y1 = word.rect
    return (
        replace(word, text=match["label"], rect=Rect(x0, y0, end, y1)),
        replace(word, text=match["entry"], rect=Rect(end, y0, x1, y1)),
    )


def all_without_glue(words: Iterable[Word]) -> tuple[Word, ...]:
    """Words in which no label is one word with its entry, see `without_glue`."""
    return tuple(part for word in words for part in without_glue(word))


def _is_label(text: str) -> bool:
    """Whether a text is, or looks like, the last word of a label. A text with a wrong letter needs
    its colon: "Gate7" is no label.
    """
    letters = letters_and_digits(text)
    if not text[-1].isalnum():
        return any(
            abs(len(letters) - len(end)) <= 1 and fuzz.ratio(letters, end) >= MIN_SHORT_SIMILARITY
            for end in _label_ends()
        )
    return letters in _label_ends()


@cache
def _label_ends() -> frozenset[str]:
    """The last words of all forms' labels: "date", "author" ..."""
    return frozenset(
        letters_and_digits(text.split()[-1])
        for form in built_in_forms()
        for label in form.block.labels.values()
        for text in label.texts
    )


def _x_after(word: Word, beginning: str) -> float:
    """Where the beginning of a word ends, in points."""
    share = sum(map(_width, beginning)) / sum(map(_width, word.text))
    return word.rect.x0 + share * word.rect.width


def _width(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return NARROW
    return WIDE if letter in _WIDE_LETTERS else 1.0
