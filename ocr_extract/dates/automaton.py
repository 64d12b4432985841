"""All dates in all ways of writing, scored against a line network's frames at once.

Parsing the best reading throws away what the network nearly said. Turned round: each
character is a matrix over pairs of slices ("from here to here this was written"), so
that writing one thing after another is a product of matrices, and "either this or that"
a weighted sum (weighted automata; Mohri 2009). Every day, month and year in every layout
comes out of a few hundred small products, exactly as if each string had been scored.

Log-likelihoods are relative to the best free path through the same frames: 0 means that
nothing reads better than this date, which is also how much a crop looks like a date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ocr_extract.dates.words import ENGLISH, foreign_months
from ocr_extract.frames import BLANK, COLUMNS, OTHER, Array, Frames, column_of, shortened

# Shares of a written character that a network takes for another, and of strangers.
LEAK = 2e-3
"""Any character may be taken for any other, or missed."""
LOOK_ALIKE = 0.12
CLOSE = 0.02
BLANK_LEAK = 2e-3
JUNK_LETTER, JUNK_DIGIT = 0.1, 0.003
"""Weight of a slice before or behind the date that holds a letter or a digit: a label's
end, a place name; digits next to a date are rarely not part of it."""
LOOK_ALIKES = {
    "0": "oqdb", "1": "li/7", "2": "z", "3": "", "4": "y", "5": "s", "6": "b", "7": "t/1",
    "8": "b", "9": "gq", "/": "1l7", ".": ",-", ",": ".'", "-": ".", "o": "0", "l": "1", "i": "1",
    "s": "5", "b": "6", "u": "v", "v": "u", "n": "u", "t": "f", "j": "i", "g": "9", "y": "4",
}  # fmt: skip
CLOSE_DIGITS = ("17", "38", "49", "56", "06", "27", "08", "35", "79", "47")

NUMBERS = tuple([str(n) for n in range(1, 32)] + [f"0{n}" for n in range(1, 10)])
SEPARATORS = "/.- "
FULL_YEARS = tuple(str(year) for year in range(1900, 2200))
SHORT_YEARS = tuple(f"{year:02d}" for year in range(100))
SHORT_SHARE = 0.25
YEARS_KEPT = 16
FOREIGN_KEPT = 4
LEAST = -60.0


@dataclass(frozen=True)
class Written:
    """A date as it may stand there, with its log-likelihood relative to the best path."""

    text: str
    log_likelihood: float


class DateLattice:
    """Scores of all dates against the frames of one crop."""

    def __init__(self, frames: Frames) -> None:
        seen = _emissions(shortened(frames.probabilities))
        self._ends = _junk(shortened(frames.probabilities))
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
        return self._runs[BLANK] + self.nothing

    def mark(self, character: str) -> Array:
        """A character, with the blanks before it."""
        if character not in self._marks:
            self._marks[character] = self._blanks @ self._runs[column_of(character)]
        return self._marks[character]

    def doubled(self, character: str) -> Array:
        """A character that follows itself: at least one blank stands between."""
        return self._runs[BLANK] @ self._runs[column_of(character)]

    def word(self, text: str) -> Array:
        """A string."""
        whole = self.mark(text[0])
        for before, after in zip(text, text[1:], strict=False):
            whole = whole @ (self.doubled(after) if before == after else self.mark(after))
        return whole

    @cached_property
    def numbers(self) -> Array:
        """Days and months in digits: shape (len(NUMBERS), slices + 1, slices + 1)."""
        return np.stack([self.word(number) for number in NUMBERS])

    def separator(self, own: str) -> Array:
        """A separator with or without spaces; sometimes another one, or none at all."""
        others = sum((self.mark(c) for c in SEPARATORS if c != own), start=0 * self.nothing)
        space = self.nothing + 0.15 * self.mark(" ")
        mark = self.mark(own) + 0.02 * others + 0.01 * self.nothing
        return np.asarray(space @ mark @ space if own != " " else mark)

    # Beginnings and ends: vectors over boundaries

    @cached_property
    def start(self) -> Array:
        """What was skipped before the date: shape (slices + 1,)."""
        return np.concatenate([[1.0], np.cumprod(self._ends)]).astype(np.float32)

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
            a + b: (self.mark(a) @ last[b] if a != b else self.mark(a) @ (self.doubled(b) @ self.end))
            for a in last
            for b in last
        }
        short = SHORT_SHARE * np.stack([two[y] for y in SHORT_YEARS], axis=1)
        quoted = short + 0.1 * self.mark("'") @ short
        columns = []
        for century in ("19", "20", "21"):
            columns.append(self._behind(century, np.stack([two[y] for y in SHORT_YEARS], axis=1)))
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


YEARS = (*FULL_YEARS, *SHORT_YEARS)
PAIRS = tuple(
    (a, b)
    for a, first in enumerate(NUMBERS)
    for b, second in enumerate(NUMBERS)
    if min(int(first), int(second)) <= 12
)
"""Two numbers that can be a day and a month, in some order."""
_FLAT = np.array([a * len(NUMBERS) + b for a, b in PAIRS])
Spelled = Callable[[int, int], str]


def written_dates(
    crops: Sequence[Frames],
    weights: Sequence[float],
    languages: tuple[str, ...] = ("en",),
    keep: int = 150,
) -> tuple[Written, ...]:
    """The likeliest ways in which a date stands there, best first, in the light of several
    networks' frames of the same ink; log-likelihoods are weighted sums of theirs.
    """
    lattices = [DateLattice(frames) for frames in crops]
    found: list[Written] = []
    for separator in SEPARATORS:
        found += _numeric(lattices, weights, separator, keep)
        found += _year_first(lattices, weights, separator, keep)
    found += _in_words(lattices, weights, languages, keep)
    ranked = sorted(found, key=lambda w: (-w.log_likelihood, w.text))
    return tuple(ranked[:keep])


def _numeric(
    lattices: Sequence[DateLattice], weights: Sequence[float], separator: str, keep: int
) -> list[Written]:
    """Number, separator, number, separator, year."""
    heads = []
    for one in lattices:
        between = one.separator(separator)
        first = np.tensordot(one.start, one.numbers, (0, 1)) @ between
        both = np.einsum("at,bts->abs", first, one.numbers, optimize=True)
        heads.append(both.reshape(-1, both.shape[2])[_FLAT] @ between)
    years = _likely_years(heads, [one.year_ends for one in lattices], weights)
    scores = _pooled(
        (head @ one.year_ends[:, years] for head, one in zip(heads, lattices, strict=True)),
        weights,
    )
    return _best(
        scores,
        keep,
        lambda row, column: (
            f"{_pair(row, separator)}{separator}{YEARS[years[column]]}"
        ),
    )


def _year_first(
    lattices: Sequence[DateLattice], weights: Sequence[float], separator: str, keep: int
) -> list[Written]:
    """Full year, separator, number, separator, number."""
    tails = []
    for one in lattices:
        between = one.separator(separator)
        last = np.tensordot(one.numbers, one.end, (2, 0)) @ between.T
        both = np.einsum("ats,bs->abt", one.numbers, last, optimize=True)
        tails.append(both.reshape(-1, both.shape[2])[_FLAT] @ between.T)
    starts = [one.year_starts.T for one in lattices]
    years = _likely_years(tails, starts, weights)
    scores = _pooled(
        (tail @ start[:, years] for tail, start in zip(tails, starts, strict=True)), weights
    )
    return _best(
        scores,
        keep,
        lambda row, column: (
            f"{YEARS[years[column]]}{separator}{_pair(row, separator)}"
        ),
    )


def _pair(row: int, separator: str) -> str:
    first, second = PAIRS[row]
    return f"{NUMBERS[first]}{separator}{NUMBERS[second]}"


def _likely_years(
    heads: Sequence[Array], ends: Sequence[Array], weights: Sequence[float]
) -> list[int]:
    """The years that fit best with the best day and month, by all networks together."""
    sums = [h.sum(axis=0, keepdims=True) @ e for h, e in zip(heads, ends, strict=True)]
    ranked = np.argsort(-_pooled(sums, weights)[0], kind="stable")
    return sorted(int(i) for i in ranked[:YEARS_KEPT])


def _pooled(scores: Iterable[Array], weights: Sequence[float]) -> Array:
    """Weighted sum of log-likelihoods: a product of experts (Hinton 2002)."""
    floor = float(np.exp(LEAST))
    logs = [w * np.log(np.maximum(s, floor)) for w, s in zip(weights, scores, strict=True)]
    return np.asarray(sum(logs[1:], start=logs[0]))


def _best(scores: Array, keep: int, spelled: Spelled) -> list[Written]:
    flat = scores.ravel()
    count = min(keep, flat.size)
    top = np.argpartition(-flat, count - 1)[:count]
    width = scores.shape[1]
    return [Written(spelled(int(i) // width, int(i) % width), float(flat[i])) for i in top]


def _in_words(
    lattices: Sequence[DateLattice],
    weights: Sequence[float],
    languages: tuple[str, ...],
    keep: int,
) -> list[Written]:
    """Day, month word, year; and month word, day, year."""
    words = _month_words(lattices, languages)
    found: list[Written] = []
    for order in ("DMY", "MDY"):
        heads = [
            _day_month(one, words) if order == "DMY" else _month_day(one, words)
            for one in lattices
        ]
        years = _likely_years(heads, [one.year_ends for one in lattices], weights)
        ends = (h @ one.year_ends[:, years] for h, one in zip(heads, lattices, strict=True))
        found += _best(
            _pooled(ends, weights),
            keep,
            lambda row, column, order=order, years=years: _phrase(
                order, words[row % len(words)], row // len(words) + 1, YEARS[years[column]]
            ),
        )
    return found


def _phrase(order: str, word: str, day: int, year: str) -> str:
    if order == "DMY":
        return f"{day} {word.capitalize()} {year}"
    return f"{word.capitalize()} {day}, {year}"


def _days(one: DateLattice) -> Array:
    """Days in digits, with or without a nought and an ordinal's letters: (31, s, s)."""
    wide = np.concatenate([one.numbers[31:] + one.numbers[:9], one.numbers[9:31]])
    suffixes = {"st": one.word("st"), "nd": one.word("nd"), "rd": one.word("rd"), "th": one.word("th")}
    after = one.nothing + 0.1 * one.mark(".")
    return np.stack([wide[d - 1] @ (after + 0.3 * suffixes[_suffix(d)]) for d in range(1, 32)])


def _suffix(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"


def _gap(one: DateLattice) -> Array:
    """What stands between the parts of a date in words."""
    space = one.nothing * 0.3 + one.mark(" ")
    comma = one.nothing + 0.5 * one.mark(",") + 0.3 * one.mark(".")
    joined = comma @ space + 0.1 * (one.mark("-") + one.mark("/"))
    return np.asarray(joined)


def _day_month(one: DateLattice, words: Sequence[str]) -> Array:
    """(31 * words, slices + 1) from the start through day and month word."""
    gap = _gap(one)
    before = np.tensordot(one.start, _days(one), (0, 1)) @ (gap + 0.2 * gap @ one.word("of") @ gap)
    rows = np.stack([_through(one, before, word) for word in words], axis=1)
    return np.asarray(rows.reshape(-1, rows.shape[2]) @ gap)


def _month_day(one: DateLattice, words: Sequence[str]) -> Array:
    """(31 * words, slices + 1) from the start through month word and day."""
    gap = _gap(one)
    heads = np.stack([_through(one, one.start[None, :], word)[0] for word in words]) @ gap
    rows = np.einsum("wt,dts->dws", heads, _days(one), optimize=True)
    return np.asarray(rows.reshape(-1, rows.shape[2]) @ gap)


def _through(one: DateLattice, before: Array, word: str) -> Array:
    """Rows of boundaries, moved through a word."""
    previous = ""
    for character in word:
        step = one.doubled(character) if character == previous else one.mark(character)
        before, previous = before @ step, character
    return before


def _month_words(lattices: Sequence[DateLattice], languages: tuple[str, ...]) -> tuple[str, ...]:
    """English months, full and short, and the few of other languages that may stand here."""
    ours = [word for name in ENGLISH for word in dict.fromkeys((name, name[:3]))] + ["sept"]
    scored = []
    for word in dict.fromkeys(foreign_months(languages)):
        fits = [
            float((_through(one, one.nothing.sum(axis=0, keepdims=True), word)).max())
            for one in lattices
        ]
        scored.append((-min(fits), word))
    return (*ours, *(w for _, w in sorted(scored)[:FOREIGN_KEPT] if w not in ours))


def _emissions(probabilities: Array) -> Array:
    """What each written symbol would look like in each slice: (slices, COLUMNS), scaled so
    that the likeliest symbol of every slice has 1.
    """
    seen = probabilities @ _confusions()
    seen[:, BLANK] = np.maximum(seen[:, BLANK], BLANK_LEAK)
    seen = np.maximum(seen, LEAK)
    best = np.maximum(seen.max(axis=1), probabilities[:, OTHER])
    return np.asarray(seen / best[:, None], np.float32)


@lru_cache(maxsize=1)
def _confusions() -> Array:
    """P(seen | written) without the strangers: (seen, written)."""
    table = np.eye(COLUMNS, dtype=np.float32)
    for written, others in LOOK_ALIKES.items():
        for seen in others:
            table[column_of(seen), column_of(written)] = LOOK_ALIKE
    for a, b in CLOSE_DIGITS:
        for seen, written in ((a, b), (b, a)):
            at = (column_of(seen), column_of(written))
            table[at] = max(CLOSE, float(table[at]))
    return table


def _runs(seen: Array) -> Array:
    """For each symbol, the chance to be written from boundary i to boundary j > i:
    (COLUMNS, slices + 1, slices + 1).
    """
    sums = np.concatenate([np.zeros((1, COLUMNS)), np.cumsum(np.log(seen), axis=0)])
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
