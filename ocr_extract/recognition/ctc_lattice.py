"""Characters as matrices over the slices of a line network's CTC output.

Slices are columns of a crop, and boundaries lie before, between and after them. The entry
(i, j) of a character's matrix is the weight with which it was written from boundary i to
boundary j. A sequence is the product of the matrices of its characters, and a choice is a
weighted sum (weighted automata; Mohri 2009). So any set of strings is scored at once, with the
same result as if each string were scored by itself. A matrix has shape (slices + 1, slices + 1).
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
    drop_repeated_blanks,
)

MIN_EMISSION = 2e-3
"""Smallest probability (0..1) of each written character in a slice: any character may be taken
for any other, or missed (chosen)."""
LOOK_ALIKE_SHARE = 0.12
"""Share (0..1) of a written character that a network takes for a character of SEEN_FOR_WRITTEN
(chosen)."""
CLOSE_DIGIT_SHARE = 0.02
"""Share (0..1) of a written digit that a network takes for a similar digit (chosen)."""
OTHER_LETTER_SHARE = 0.01
"""Share (0..1) of a written letter that a network takes for any other letter: the month word as
a whole is still recognized (chosen)."""
MIN_BLANK_EMISSION = 2e-3
"""Smallest probability (0..1) of the blank in a slice (chosen)."""
MIN_LOG_LIKELIHOOD = -60.0
"""Smallest natural log-likelihood that one network gives to a date (chosen)."""
OUTER_LETTER_WEIGHT, OUTER_DIGIT_WEIGHT = 0.1, 0.003
"""Weights (0..1) of a slice with a letter and of one with a digit, before or after the date.
Letters may be the end of a label or the name of a place; digits beside a date nearly always
belong to it (chosen)."""
LETTERS = slice(column_of("a"), column_of("z") + 1)
"""Columns of the letters."""

NUMBERS = tuple([str(n) for n in range(1, 32)] + [f"0{n}" for n in range(1, 10)])
"""Days and months in digits: 1 to 31, then 01 to 09."""
SEPARATORS = "/.- "
FULL_YEARS = tuple(str(year) for year in range(1900, 2200))
SHORT_YEARS = tuple(f"{year:02d}" for year in range(100))
SPACE_WEIGHT = 0.5
"""Weight (0..1) of a space beside a separator, which is common in some handwriting:
"2025 / 07 / 25" (chosen)."""
SHORT_YEAR_WEIGHT = 0.25
"""Weight (0..1) of a year of two digits, beside 1 for a year of four (chosen)."""


class DateLattice:
    """Matrices of characters and parts of dates, for the CTC output of one crop."""

    def __init__(self, output: CtcOutput) -> None:
        probabilities = drop_repeated_blanks(output.probabilities)
        emissions = _emissions(probabilities)
        self._outer_weights = _outer_weights(probabilities)
        self.slices = len(emissions)
        self._runs = _runs(emissions)
        self._characters: dict[str, Array] = {}

    # Matrices over pairs of boundaries: shape (slices + 1, slices + 1)

    @cached_property
    def empty(self) -> Array:
        """Nothing written: the identity matrix."""
        return np.eye(self.slices + 1, dtype=np.float32)

    @cached_property
    def _blanks(self) -> Array:
        """Any number of blanks, also none."""
        return np.asarray(self._runs[BLANK] + self.empty)

    @cached_property
    def letter(self) -> Array:
        """Any one letter, with the blanks before it."""
        return np.asarray(self._blanks @ self._runs[COLUMNS])

    def character(self, symbol: str) -> Array:
        """A character, with the blanks before it."""
        if symbol not in self._characters:
            self._characters[symbol] = self._blanks @ self._runs[column_of(symbol)]
        return self._characters[symbol]

    def repeated(self, symbol: str) -> Array:
        """A character after the same character: at least one blank lies between them."""
        return np.asarray(self._runs[BLANK] @ self._runs[column_of(symbol)])

    def through(self, before: Array, text: str) -> Array:
        """Rows of weights of boundaries, (n, slices + 1), after the string was written too."""
        previous = ""
        for symbol in text:
            again = symbol == previous
            before = before @ (self.repeated(symbol) if again else self.character(symbol))
            previous = symbol
        return before

    def word(self, text: str) -> Array:
        """A string, with the blanks before it."""
        return self.through(self.empty, text)

    @cached_property
    def numbers(self) -> Array:
        """All NUMBERS: shape (len(NUMBERS), slices + 1, slices + 1)."""
        return np.stack([self.word(number) for number in NUMBERS])

    def separator(self, own: str) -> Array:
        """A separator with or without spaces beside it. With small weights (chosen) another
        separator, or none at all.
        """
        others = sum((self.character(c) for c in SEPARATORS if c != own), start=0 * self.empty)
        space = self.empty + SPACE_WEIGHT * self.character(" ")
        separator = self.character(own) + 0.02 * others + 0.01 * self.empty
        return np.asarray(space @ separator @ space if own != " " else separator)

    @cached_property
    def days(self) -> Array:
        """Days 1 to 31 in digits, with or without a leading zero and an ordinal's letters: shape
        (31, slices + 1, slices + 1).
        """
        wide = np.concatenate([self.numbers[31:] + self.numbers[:9], self.numbers[9:31]])
        after = self.empty + 0.1 * self.character(".") + 0.003 * self.letter @ self.letter
        endings = {suffix: after + 0.3 * self.word(suffix) for suffix in ("st", "nd", "rd", "th")}
        return np.stack([wide[day - 1] @ endings[_suffix(day)] for day in range(1, 32)])

    @cached_property
    def space(self) -> Array:
        """A space that is not always seen."""
        return np.asarray(self.empty * 0.3 + self.character(" "))

    @cached_property
    def gap(self) -> Array:
        """What stands between two parts of a date with a month word: a space, a comma, a full
        stop, a hyphen or a slash.
        """
        space = self.space
        comma = self.empty + 0.5 * self.character(",") + 0.3 * self.character(".")
        return np.asarray(comma @ space + 0.1 * (self.character("-") + self.character("/")))

    # Beginnings and ends: weights of boundaries

    @cached_property
    def start(self) -> Array:
        """Weight of all slices before each boundary not being part of the date: shape
        (slices + 1,).
        """
        skipped = np.concatenate([[1.0], np.cumprod(self._outer_weights)])
        return np.asarray(skipped, np.float32)

    @cached_property
    def end(self) -> Array:
        """Weight of all slices after each boundary not being part of the date, except for an
        optional full stop or comma: shape (slices + 1,).
        """
        rest = np.concatenate([np.cumprod(self._outer_weights[::-1])[::-1], [1.0]]).astype(
            np.float32
        )
        return np.asarray(
            self._blanks @ rest + 0.1 * (self.character(".") + self.character(",")) @ rest
        )

    @cached_property
    def year_ends(self) -> Array:
        """A year and then the end: shape (slices + 1, full years + short years). A short year
        may have an apostrophe before it.
        """
        last = {c: self.character(c) @ self.end for c in "0123456789"}
        two = {
            a + b: (
                self.character(a) @ last[b]
                if a != b
                else self.character(a) @ (self.repeated(b) @ self.end)
            )
            for a in last
            for b in last
        }
        pairs = np.stack([two[y] for y in SHORT_YEARS], axis=1)
        short = SHORT_YEAR_WEIGHT * pairs
        quoted = short + 0.1 * self.character("'") @ short
        columns = [self._century_before(century, pairs) for century in ("19", "20", "21")]
        return np.concatenate([*columns, quoted], axis=1)

    def _century_before(self, century: str, tails: Array) -> Array:
        """The two digits of a century before each pair of digits: shape (slices + 1, 100). A
        pair that begins with the century's last digit repeats it ("2000").
        """
        joined = self.word(century) @ tails
        first = int(century[1]) * 10
        again = self.character(century[0]) @ self.character(century[1])
        for index in range(first, first + 10):
            tail = self.repeated(century[1]) @ self.character(str(index % 10)) @ self.end
            if index % 11 == 0:
                tail = self.repeated(century[1]) @ self.repeated(century[1]) @ self.end
            joined[:, index] = again @ tail
        return np.asarray(joined)

    @cached_property
    def year_starts(self) -> Array:
        """A full year after the start: shape (full years, slices + 1)."""
        rows = []
        for century in ("19", "20", "21"):
            head = self.start @ self.word(century)
            for ten in "0123456789":
                step = self.repeated(ten) if ten == century[1] else self.character(ten)
                tens = head @ step
                rows += [
                    tens @ (self.repeated(unit) if unit == ten else self.character(unit))
                    for unit in "0123456789"
                ]
        return np.stack(rows)


def _suffix(day: int) -> str:
    """The ordinal's letters of a day (1..31)."""
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"


def _emissions(probabilities: Array) -> Array:
    """Likelihood of each written symbol in each slice: shape (slices, COLUMNS + 1). Scaled so
    that the likeliest symbol of every slice has 1; the last column stands for any letter.
    """
    likelihoods = probabilities @ _confusions()
    likelihoods[:, BLANK] = np.maximum(likelihoods[:, BLANK], MIN_BLANK_EMISSION)
    likelihoods = np.maximum(likelihoods, MIN_EMISSION)
    best = np.maximum(likelihoods.max(axis=1), probabilities[:, OTHER])
    letters = likelihoods[:, LETTERS].max(axis=1, keepdims=True)
    return np.asarray(np.hstack([likelihoods, letters]) / best[:, None], np.float32)


@lru_cache(maxsize=1)
def _confusions() -> Array:
    """P(seen | written) of similar characters, where "seen" is the network's output: shape
    (COLUMNS seen, COLUMNS written). Columns do not add up to 1.
    """
    table = np.eye(COLUMNS, dtype=np.float32)
    for written, others in SEEN_FOR_WRITTEN.items():
        for seen in others:
            table[column_of(seen), column_of(written)] = LOOK_ALIKE_SHARE
    for pair in CLOSE_WRITTEN_DIGITS:
        for seen, written in (pair, pair[::-1]):
            at = (column_of(seen), column_of(written))
            table[at] = max(CLOSE_DIGIT_SHARE, float(table[at]))
    among = table[LETTERS, LETTERS]
    table[LETTERS, LETTERS] = np.maximum(among, OTHER_LETTER_SHARE)
    return table


def _runs(emissions: Array) -> Array:
    """Weight of each symbol to be written from boundary i to boundary j > i: shape
    (COLUMNS + 1, slices + 1, slices + 1).
    """
    sums = np.concatenate([np.zeros((1, emissions.shape[1])), np.cumsum(np.log(emissions), axis=0)])
    steps = sums.T[:, None, :] - sums.T[:, :, None]
    later = np.triu(np.ones((len(sums), len(sums)), bool), 1)
    return np.where(later, np.exp(np.minimum(steps, 0.0)), 0.0).astype(np.float32)


def _outer_weights(probabilities: Array) -> Array:
    """Weight (0..1) of each slice when it lies before or after the date: shape (slices,)."""
    digits = probabilities[:, 1:11].sum(axis=1)
    blank = probabilities[:, BLANK]
    rest = np.maximum(0.0, 1.0 - digits - blank)
    weight = blank + OUTER_LETTER_WEIGHT * rest + OUTER_DIGIT_WEIGHT * digits
    return np.asarray(np.minimum(1.0, weight), np.float32)
