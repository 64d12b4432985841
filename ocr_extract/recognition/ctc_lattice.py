"""Characters as matrices over the slices of a line network's frames.

A character's entry (i, j) is the chance that it was written from boundary i to boundary
j. Writing one thing after another is a product of such matrices, and "either this or
that" a weighted sum (weighted automata; Mohri 2009), so that any set of strings can be
scored at once, exactly as if each had been scored by itself.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from ocr_extract.dates.look_alikes import CLOSE_WRITTEN_DIGITS, SEEN_FOR_WRITTEN
from ocr_extract.recognition.ctc_output import (
    BLANK,
    COLUMNS,
    OTHER,
    Array,
    CtcOutput,
    column_of,
    shortened,
)

# Shares of a written character that a network takes for another, and of strangers.
LEAK = 2e-3
"""Any character may be taken for any other, or missed."""
LOOK_ALIKE = 0.12
CLOSE = 0.02
OTHER_LETTER = 0.01
"""A letter of a month word may look like any other; the word as a whole still stands."""
BLANK_LEAK = 2e-3
JUNK_LETTER, JUNK_DIGIT = 0.1, 0.003
"""Weight of a slice before or behind the date that holds a letter or a digit: a label's
end, a place name; digits next to a date are rarely not part of it."""
LETTERS = slice(column_of("a"), column_of("z") + 1)

NUMBERS = tuple([str(n) for n in range(1, 32)] + [f"0{n}" for n in range(1, 10)])
SEPARATORS = "/.- "
FULL_YEARS = tuple(str(year) for year in range(1900, 2200))
SHORT_YEARS = tuple(f"{year:02d}" for year in range(100))
SPACED = 0.5
"""Weight of a space beside a separator: common in some hands, "2025 / 07 / 25"."""
SHORT_SHARE = 0.25


class DateLattice:
    """Scores of all dates against the frames of one crop."""

    def __init__(self, frames: CtcOutput) -> None:
        kept = shortened(frames.probabilities)
        seen = _emissions(kept)
        self._ends = _junk(kept)
        self.slices = len(seen)
        self._runs = _runs(seen)
        self._marks: dict[str, Array] = {}

    # Matrices over pairs of boundaries between slices

    @cached_property
    def nothing(self) -> Array:
        """What writes nothing at all: the identity."""
        return np.eye(self.slices + 1, dtype=np.float32)

    @cached_property
    def _blanks(self) -> Array:
        return np.asarray(self._runs[BLANK] + self.nothing)

    @cached_property
    def letter(self) -> Array:
        """Any one letter, with the blanks before it."""
        return np.asarray(self._blanks @ self._runs[COLUMNS])

    def mark(self, character: str) -> Array:
        """A character, with the blanks before it."""
        if character not in self._marks:
            self._marks[character] = self._blanks @ self._runs[column_of(character)]
        return self._marks[character]

    def doubled(self, character: str) -> Array:
        """A character that follows itself: at least one blank stands between."""
        return np.asarray(self._runs[BLANK] @ self._runs[column_of(character)])

    def through(self, before: Array, text: str) -> Array:
        """Rows of boundaries, moved through a string."""
        previous = ""
        for character in text:
            again = character == previous
            before = before @ (self.doubled(character) if again else self.mark(character))
            previous = character
        return before

    def word(self, text: str) -> Array:
        """A string."""
        return self.through(self.nothing, text)

    @cached_property
    def numbers(self) -> Array:
        """Days and months in digits: shape (len(NUMBERS), slices + 1, slices + 1)."""
        return np.stack([self.word(number) for number in NUMBERS])

    def separator(self, own: str) -> Array:
        """A separator with or without spaces; sometimes another one, or none at all."""
        others = sum((self.mark(c) for c in SEPARATORS if c != own), start=0 * self.nothing)
        space = self.nothing + SPACED * self.mark(" ")
        mark = self.mark(own) + 0.02 * others + 0.01 * self.nothing
        return np.asarray(space @ mark @ space if own != " " else mark)

    @cached_property
    def days(self) -> Array:
        """Days in digits, with or without a nought and an ordinal's letters: (31, s, s)."""
        wide = np.concatenate([self.numbers[31:] + self.numbers[:9], self.numbers[9:31]])
        after = self.nothing + 0.1 * self.mark(".") + 0.003 * self.letter @ self.letter
        endings = {suffix: after + 0.3 * self.word(suffix) for suffix in ("st", "nd", "rd", "th")}
        return np.stack([wide[day - 1] @ endings[_suffix(day)] for day in range(1, 32)])

    @cached_property
    def gap(self) -> Array:
        """What stands between the parts of a date in words."""
        space = self.nothing * 0.3 + self.mark(" ")
        comma = self.nothing + 0.5 * self.mark(",") + 0.3 * self.mark(".")
        return np.asarray(comma @ space + 0.1 * (self.mark("-") + self.mark("/")))

    # Beginnings and ends: vectors over boundaries

    @cached_property
    def start(self) -> Array:
        """What was skipped before the date: shape (slices + 1,)."""
        skipped = np.concatenate([[1.0], np.cumprod(self._ends)])
        return np.asarray(skipped, np.float32)

    @cached_property
    def end(self) -> Array:
        """What is left behind the date, after an optional full stop or comma."""
        left = np.concatenate([np.cumprod(self._ends[::-1])[::-1], [1.0]]).astype(np.float32)
        return np.asarray(self._blanks @ left + 0.1 * (self.mark(".") + self.mark(",")) @ left)

    @cached_property
    def year_ends(self) -> Array:
        """A year and then the end: shape (slices + 1, full years + short years)."""
        last = {c: self.mark(c) @ self.end for c in "0123456789"}
        two = {
            a + b: (
                self.mark(a) @ last[b] if a != b else self.mark(a) @ (self.doubled(b) @ self.end)
            )
            for a in last
            for b in last
        }
        pairs = np.stack([two[y] for y in SHORT_YEARS], axis=1)
        short = SHORT_SHARE * pairs
        quoted = short + 0.1 * self.mark("'") @ short
        columns = [self._behind(century, pairs) for century in ("19", "20", "21")]
        return np.concatenate([*columns, quoted], axis=1)

    def _behind(self, century: str, tails: Array) -> Array:
        """The century before each pair of digits; "00" after "20" is another nought."""
        joined = self.word(century) @ tails
        first = int(century[1]) * 10
        again = self.mark(century[0]) @ self.mark(century[1])
        for index in range(first, first + 10):
            tail = self.doubled(century[1]) @ self.mark(str(index % 10)) @ self.end
            if index % 11 == 0:
                tail = self.doubled(century[1]) @ self.doubled(century[1]) @ self.end
            joined[:, index] = again @ tail
        return np.asarray(joined)

    @cached_property
    def year_starts(self) -> Array:
        """A full year from the start on: shape (full years, slices + 1)."""
        rows = []
        for century in ("19", "20", "21"):
            head = self.start @ self.word(century)
            for ten in "0123456789":
                step = self.doubled(ten) if ten == century[1] else self.mark(ten)
                tens = head @ step
                rows += [
                    tens @ (self.doubled(one) if one == ten else self.mark(one))
                    for one in "0123456789"
                ]
        return np.stack(rows)


def _suffix(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"


def _emissions(probabilities: Array) -> Array:
    """What each written symbol would look like in each slice: (slices, COLUMNS + 1), scaled
    so that the likeliest symbol of every slice has 1; the last column is any letter.
    """
    seen = probabilities @ _confusions()
    seen[:, BLANK] = np.maximum(seen[:, BLANK], BLANK_LEAK)
    seen = np.maximum(seen, LEAK)
    best = np.maximum(seen.max(axis=1), probabilities[:, OTHER])
    letters = seen[:, LETTERS].max(axis=1, keepdims=True)
    return np.asarray(np.hstack([seen, letters]) / best[:, None], np.float32)


@lru_cache(maxsize=1)
def _confusions() -> Array:
    """P(seen | written) without the strangers: (seen, written)."""
    table = np.eye(COLUMNS, dtype=np.float32)
    for written, others in SEEN_FOR_WRITTEN.items():
        for seen in others:
            table[column_of(seen), column_of(written)] = LOOK_ALIKE
    for pair in CLOSE_WRITTEN_DIGITS:
        for seen, written in (pair, pair[::-1]):
            at = (column_of(seen), column_of(written))
            table[at] = max(CLOSE, float(table[at]))
    among = table[LETTERS, LETTERS]
    table[LETTERS, LETTERS] = np.maximum(among, OTHER_LETTER)
    return table


def _runs(seen: Array) -> Array:
    """For each symbol, the chance to be written from boundary i to boundary j > i:
    (COLUMNS + 1, slices + 1, slices + 1).
    """
    sums = np.concatenate([np.zeros((1, seen.shape[1])), np.cumsum(np.log(seen), axis=0)])
    steps = sums.T[:, None, :] - sums.T[:, :, None]
    later = np.triu(np.ones((len(sums), len(sums)), bool), 1)
    return np.where(later, np.exp(np.minimum(steps, 0.0)), 0.0).astype(np.float32)


def _junk(probabilities: Array) -> Array:
    """Weight of passing over each slice before or behind the date: shape (slices,)."""
    digits = probabilities[:, 1:11].sum(axis=1)
    blank = probabilities[:, BLANK]
    rest = np.maximum(0.0, 1.0 - digits - blank)
    weight = blank + JUNK_LETTER * rest + JUNK_DIGIT * digits
    return np.asarray(np.minimum(1.0, weight), np.float32)
