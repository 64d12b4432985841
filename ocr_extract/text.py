"""Words with places, and the lines they stand in."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ocr_extract.geometry import Rect

FORM = "form"
"""Source of a word that is known from a blank form, and was not read."""
ROW = 6.0
"""Points; lines are looked for in bands of this height."""
TALL = 2.2
"""A "word" this many times taller than the median is ink that was taken for one."""


@dataclass(frozen=True)
class Word:
    """A word, its rectangle in points of the upright page, a reader's raw score 0..1, and
    who read it: "page" (OCR of the page), "pdf" (the file's own text), "form" (known print of
    a blank form) or "text".
    """

    text: str
    rect: Rect
    score: float
    source: str = "page"

    @property
    def height(self) -> float:
        """Points."""
        return self.rect.height


@dataclass(frozen=True)
class Line:
    """Words of one line, left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def rect(self) -> Rect:
        """Around all words, in points."""
        return Rect.around(word.rect for word in self.words)


def fold(text: str) -> str:
    """Text without case, accents and ligatures (NFKD, casefold, no combining characters), for
    comparisons. Letters of every script are kept.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def fold_words(text: str, kept: Callable[[str], bool] = str.isalnum) -> str:
    """Folded text in single spaces; characters that are not kept end a word."""
    return " ".join("".join(c if kept(c) else " " for c in fold(text)).split())


def group_lines(words: Sequence[Word]) -> tuple[Line, ...]:
    """Words to lines, top to bottom: a word joins the line whose middle it stands on.

    Words far taller than the rest are left out: they are signatures read as words.
    """
    if not words:
        return ()
    usual = float(np.median([word.height for word in words]))
    made = _Rows()
    for word in sorted(words, key=lambda w: (w.rect.x0, w.rect.y0)):
        if word.source != "page" or word.height <= TALL * usual:
            made.add(word)
    lines = [Line(tuple(line)) for line in made.lines]
    return tuple(sorted(lines, key=lambda line: (_middle(line.words[0]), line.rect.x0)))


class _Rows:
    """Lines that grow to the right, found by the height at which they end."""

    def __init__(self) -> None:
        self.lines: list[list[Word]] = []
        self._ending: dict[int, set[int]] = defaultdict(set)

    def add(self, word: Word) -> None:
        """Put a word at the end of the nearest line that it stands on, or begin one."""
        reach = 0.5 * max(word.height, 4.0)
        middle = _middle(word)
        near = range(_row(middle - reach), _row(middle + reach) + 1)
        fitting = [
            (_distance(word, self.lines[number]), number)
            for row in near
            for number in self._ending.get(row, ())
            if _stands_on(word, self.lines[number])
        ]
        if fitting:
            number = min(fitting)[1]
            self._ending[_row(_middle(self.lines[number][-1]))].discard(number)
            self.lines[number].append(word)
        else:
            number = len(self.lines)
            self.lines.append([word])
        self._ending[_row(middle)].add(number)


def _row(height: float) -> int:
    return int(height // ROW)


def split_at_gaps(line: Line, gap: float) -> tuple[Line, ...]:
    """A line's runs of words with no more than `gap` points between them."""
    runs: list[list[Word]] = []
    for word in line.words:
        if runs and word.rect.x0 - runs[-1][-1].rect.x1 <= gap:
            runs[-1].append(word)
        else:
            runs.append([word])
    return tuple(Line(tuple(run)) for run in runs)


def _middle(word: Word) -> float:
    return (word.rect.y0 + word.rect.y1) / 2


def _distance(word: Word, line: list[Word]) -> float:
    """How far a word's middle is from that of the line's last word, in points."""
    return abs(_middle(word) - _middle(line[-1]))


def _stands_on(word: Word, line: list[Word]) -> bool:
    last = line[-1]
    allowed = 0.5 * min(max(word.height, 4.0), max(last.height, 4.0))
    return _distance(word, line) < allowed and word.rect.x0 > last.rect.x0
