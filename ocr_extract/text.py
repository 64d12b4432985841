"""Words with their places, and the text lines that they form."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ocr_extract.geometry import Rect

FORM = "form"
"""Source of a word that belongs to the known print of a blank form and was not read."""
BAND_HEIGHT = 6.0
"""Height, in points, of the horizontal bands in which lines are looked up (chosen). It affects the
speed only."""
MAX_HEIGHT_RATIO = 2.2
"""Largest height of a recognized word, as a multiple of the median height. A taller one is ink that
was taken for a word (chosen)."""


@dataclass(frozen=True)
class Word:
    """A word, its rectangle in points of the upright page, the recognizer's raw score (0..1), and
    its source: "page" (OCR of the page), "pdf" (the file's own text), "form" (known print of a
    blank form) or "text" (a text file).
    """

    text: str
    rect: Rect
    score: float
    source: str = "page"

    @property
    def height(self) -> float:
        """Height in points."""
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
        """The rectangle around all words, in points."""
        return Rect.around(word.rect for word in self.words)


def fold(text: str) -> str:
    """Text without case, accents and ligatures (NFKD, casefold, no combining characters), for
    comparisons. Letters of every script are kept.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def fold_words(text: str, kept: Callable[[str], bool] = str.isalnum) -> str:
    """Folded text with single spaces between words. Characters for which `kept` is false are
    dropped and end a word.
    """
    return " ".join("".join(c if kept(c) else " " for c in fold(text)).split())


def group_lines(words: Sequence[Word]) -> tuple[Line, ...]:
    """Groups words into lines, from top to bottom. A word joins the line whose vertical middle is
    nearest to its own, when it is near enough.

    Recognized words that are far taller than the median are left out: they are signatures that
    were read as words.
    """
    if not words:
        return ()
    median = float(np.median([word.height for word in words]))
    rows = _Rows()
    for word in sorted(words, key=lambda w: (w.rect.x0, w.rect.y0)):
        if word.source != "page" or word.height <= MAX_HEIGHT_RATIO * median:
            rows.add(word)
    lines = [Line(tuple(line)) for line in rows.lines]
    return tuple(sorted(lines, key=lambda line: (_middle(line.words[0]), line.rect.x0)))


class _Rows:
    """Lines that grow to the right. A line is looked up by the band of its last word."""

    def __init__(self) -> None:
        self.lines: list[list[Word]] = []
        self._by_band: dict[int, set[int]] = defaultdict(set)

    def add(self, word: Word) -> None:
        """Append a word to the nearest line that it belongs to, or start a new line."""
        reach = 0.5 * max(word.height, 4.0)
        middle = _middle(word)
        bands = range(_band(middle - reach), _band(middle + reach) + 1)
        fitting = [
            (_distance(word, self.lines[number]), number)
            for band in bands
            for number in self._by_band.get(band, ())
            if _belongs_to(word, self.lines[number])
        ]
        if fitting:
            number = min(fitting)[1]
            self._by_band[_band(_middle(self.lines[number][-1]))].discard(number)
            self.lines[number].append(word)
        else:
            number = len(self.lines)
            self.lines.append([word])
        self._by_band[_band(middle)].add(number)


def _band(y: float) -> int:
    """Number of the band that holds a vertical position in points."""
    return int(y // BAND_HEIGHT)


def split_at_gaps(line: Line, gap: float) -> tuple[Line, ...]:
    """Splits a line wherever two words are more than `gap` points apart."""
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
    """Vertical distance, in points, between the middles of a word and of the line's last word."""
    return abs(_middle(word) - _middle(line[-1]))


def _belongs_to(word: Word, line: list[Word]) -> bool:
    """Whether a word continues a line: it is to the right of the line's last word, and the middles
    differ by less than half the smaller height.
    """
    last = line[-1]
    allowed = 0.5 * min(max(word.height, 4.0), max(last.height, 4.0))
    return _distance(word, line) < allowed and word.rect.x0 > last.rect.x0
