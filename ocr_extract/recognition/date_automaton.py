"""All dates in all ways of writing, scored at once against the output of line networks.

Parsing only the best free reading would lose the characters that the network finds nearly as
likely. Here the question is asked the other way round. Each character is a matrix over pairs of
boundaries between slices (see ctc_lattice): a sequence is a product of matrices, a choice is a
weighted sum (weighted automata; Mohri 2009). A few hundred small products score every day, month
and year in every layout, with the same result as if each string were scored by itself.

Log-likelihoods are natural and relative to the best free path through the same output: 0 means
that no other text is likelier than the date. So they also say how much a crop looks like a date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ocr_extract.dates.words import ENGLISH, foreign_months
from ocr_extract.recognition.ctc_lattice import (
    FULL_YEARS,
    LETTERS,
    MIN_LOG_LIKELIHOOD,
    NUMBERS,
    SEPARATORS,
    SHORT_YEARS,
    DateLattice,
)
from ocr_extract.recognition.ctc_output import Array, CtcOutput, column_of
from ocr_extract.recognition.dates_as_read import dates_as_read
from ocr_extract.records import Hypothesis

MAX_YEARS = 16
"""Number of years, the likeliest ones, that are scored with all days and months (chosen)."""
MAX_SEPARATORS = 2
"""Number of separators, the likeliest ones, that are scored (chosen). Measured together with
MIN_LETTERS: the best date stays the same on 211 of 211 lines, in two thirds of the time."""
SIGNS = slice(column_of("年"), column_of("日") + 1)
"""Columns of the signs for year, month and day."""
MIN_SIGNS = 0.3
"""Number of signs for year, month and day in a crop, as the sum of their probabilities, above which
dates with these signs are scored (chosen)."""
MIN_LETTERS = 0.7
"""Number of letters in a crop, as the sum of their probabilities, above which month words are
scored (chosen)."""
MAX_FOREIGN_WORDS = 5
"""Number of month words of other languages than English, the likeliest ones, that are scored
(chosen)."""
DAY_AND_SHORT_YEAR_WEIGHT = 0.1
"""Weight (0..1) of a day and a year of two digits after a month word: "Sep 2025" is rather a year
without a day (chosen)."""
MIN_KNOWN_LAYOUT = -3.0
"""Natural log-likelihood of the best date below which the layouts of the networks' free readings
are tried too: above it, no other layout can be much likelier (chosen)."""
YEARS = (*FULL_YEARS, *SHORT_YEARS)
"""Years as they are written: of four digits, then of two."""
PAIRS = tuple(
    (a, b)
    for a, first in enumerate(NUMBERS)
    for b, second in enumerate(NUMBERS)
    if min(int(first), int(second)) <= 12
)
"""Indices in NUMBERS of two numbers that can be a day and a month, in either order."""
_FLAT = np.array([a * len(NUMBERS) + b for a, b in PAIRS])
_ARE_PAIR = np.zeros((len(NUMBERS), len(NUMBERS)), np.float32)
_ARE_PAIR.ravel()[_FLAT] = 1.0
"""1 where a row and a column of NUMBERS are one of PAIRS, 0 elsewhere (given by PAIRS)."""
ENGLISH_WORDS = (*(w for name in ENGLISH for w in dict.fromkeys((name, name[:3]))), "sept")
"""English months in full and abbreviated, in lower case."""
Spell = Callable[[int, int], str]
"""The string of a row and a column of a table of scores."""
Written = tuple[float, str]
"""A natural log-likelihood, and a date as it is written."""


class Table(NamedTuple):
    """The dates of one way of writing: natural log-likelihoods of shape (rows, columns), and the
    string of each. Only the likeliest dates are spelled.
    """

    scores: Array
    spell: Spell


def written_dates(
    outputs: Sequence[CtcOutput],
    weights: Sequence[float],
    languages: tuple[str, ...] = ("en",),
    keep: int = 150,
    word_weights: Sequence[float] | None = None,
) -> tuple[Hypothesis, ...]:
    """The likeliest dates as they are written, best first, at most `keep`.

    `outputs` are those of several networks for the same ink, `weights` (>= 0) the weight of each
    network's log-likelihoods in their sum, `word_weights` the same for dates with a month word or
    with the signs 年 月 日 (None: no difference), `languages` (ISO 639 codes) those of month words.
    Log-likelihoods are at most 0: the sum of the paths of a date may exceed the best single path,
    and then all are lowered by the same amount.
    """
    lattices = [DateLattice(output) for output in outputs]
    of_words = weights if word_weights is None else word_weights
    tables: list[Table] = []
    for separator in _separators(outputs):
        tables.append(_year_last(lattices, weights, separator))
        tables.append(_year_first(lattices, weights, (separator, separator, "")))
    if max(float(output.probabilities[:, SIGNS].sum()) for output in outputs) > MIN_SIGNS:
        tables.append(_year_first(lattices, of_words, ("年", "月", "日")))
    if max(float(output.probabilities[:, LETTERS].sum()) for output in outputs) > MIN_LETTERS:
        tables += _in_words(lattices, of_words, languages)
        tables.append(_without_day(lattices, of_words))
    dates = _likeliest(tables, keep)
    if max(dates)[0] < MIN_KNOWN_LAYOUT:
        texts = [output.text for output in outputs]
        dates += dates_as_read(lattices, (weights, of_words), texts, languages)
    ranked = sorted(dates, key=lambda date: (-date[0], date[1]))[:keep]
    excess = max(0.0, ranked[0][0])
    return tuple(Hypothesis(text=text, log_likelihood=value - excess) for value, text in ranked)


def _likeliest(tables: Sequence[Table], keep: int) -> list[Written]:
    """The `keep` likeliest dates of all tables, in any order."""
    flat = np.concatenate([table.scores.ravel() for table in tables])
    count = min(keep, flat.size)
    top = np.argpartition(-flat, count - 1)[:count]
    starts = np.cumsum([0, *(table.scores.size for table in tables)])
    owners = np.searchsorted(starts, top, side="right") - 1
    return [
        (float(flat[i]), tables[k].spell(*divmod(int(i - starts[k]), tables[k].scores.shape[1])))
        for i, k in zip(top, owners, strict=True)
    ]


def _separators(outputs: Sequence[CtcOutput]) -> list[str]:
    """The MAX_SEPARATORS likeliest separators, by all outputs together. A date with another
    separator is a less likely way to write the same day.
    """
    counts = {
        symbol: sum(float(output.probabilities[:, column_of(symbol)].sum()) for output in outputs)
        for symbol in SEPARATORS
    }
    return sorted(SEPARATORS, key=lambda symbol: -counts[symbol])[:MAX_SEPARATORS]


def _year_last(lattices: Sequence[DateLattice], weights: Sequence[float], separator: str) -> Table:
    """Dates of number, separator, number, separator, year."""
    between = [lattice.separator(separator) for lattice in lattices]
    firsts = [
        np.asarray(lattice.start @ lattice.numbers @ b, np.float32)
        for lattice, b in zip(lattices, between, strict=True)
    ]
    ends = [b @ lattice.year_ends for lattice, b in zip(lattices, between, strict=True)]
    sums = [
        np.asarray((_over_pairs(f)[:, None, :] @ lattice.numbers).sum(axis=(0, 1)))
        for f, lattice in zip(firsts, lattices, strict=True)
    ]
    years = _likely_years(sums, ends, weights)
    scores = _pooled(
        (
            _of_pairs(first, lattice.numbers @ end[:, years])
            for first, lattice, end in zip(firsts, lattices, ends, strict=True)
        ),
        weights,
    )
    return Table(
        scores, lambda row, column: f"{_pair(row, separator)}{separator}{YEARS[years[column]]}"
    )


def _year_first(
    lattices: Sequence[DateLattice],
    weights: Sequence[float],
    separators: tuple[str, str, str],
) -> Table:
    """Dates of full year, number and number, with what stands after each of the three."""
    after_year, between, last = separators
    starts: list[Array] = []
    seconds: list[Array] = []
    for lattice in lattices:
        starts.append((lattice.year_starts @ lattice.separator(after_year)).T)
        end = lattice.separator(last) @ lattice.end if last else lattice.end
        seconds.append(np.asarray(lattice.numbers @ end @ lattice.separator(between).T, np.float32))
    sums = [
        np.asarray((lattice.numbers @ _over_pairs(second)[:, :, None]).sum(axis=(0, 2)))
        for second, lattice in zip(seconds, lattices, strict=True)
    ]
    years = _likely_years(sums, starts, weights)
    scores = _pooled(
        (
            _of_pairs(second, lattice.numbers.transpose(0, 2, 1) @ start[:, years], swapped=True)
            for second, lattice, start in zip(seconds, lattices, starts, strict=True)
        ),
        weights,
    )
    return Table(
        scores,
        lambda row, column: f"{YEARS[years[column]]}{after_year}{_pair(row, between)}{last}",
    )


def _over_pairs(rows: Array) -> Array:
    """For each number the sum of the rows of all numbers that can be its day or month: shape
    (numbers, slices + 1), as `rows`.
    """
    return np.asarray(_ARE_PAIR @ rows)


def _of_pairs(rows: Array, columns: Array, *, swapped: bool = False) -> Array:
    """Scores of each of PAIRS and each year: shape (pairs, years). `rows` are (numbers,
    slices + 1), of the first number; `columns` (numbers, slices + 1, years), of the second; the
    other way round when `swapped`.
    """
    count, slices, years = columns.shape
    flat = columns.transpose(1, 0, 2).reshape(slices, count * years)
    table = (rows @ flat).reshape(len(rows), count, years)
    every = table.transpose(1, 0, 2) if swapped else table
    return np.asarray(every.reshape(-1, years)[_FLAT])


def _pair(row: int, separator: str) -> str:
    """The two numbers of a row of PAIRS, as they are written."""
    first, second = PAIRS[row]
    return f"{NUMBERS[first]}{separator}{NUMBERS[second]}"


def _likely_years(
    heads: Sequence[Array], ends: Sequence[Array], weights: Sequence[float]
) -> list[int]:
    """The MAX_YEARS likeliest years over all days and months, by all networks together: indices
    of YEARS, ascending. `heads` are (slices + 1,), `ends` (slices + 1, years), one per network.
    """
    sums = (head[None, :] @ end for head, end in zip(heads, ends, strict=True))
    ranked = np.argsort(-_pooled(sums, weights)[0], kind="stable")
    return sorted(int(i) for i in ranked[:MAX_YEARS])


def _pooled(scores: Iterable[Array], weights: Sequence[float]) -> Array:
    """Weighted sum of the networks' log-likelihoods: a product of experts (Hinton 2002)."""
    floor = float(np.exp(MIN_LOG_LIKELIHOOD))
    logs = [w * np.log(np.maximum(s, floor)) for w, s in zip(weights, scores, strict=True)]
    return np.asarray(sum(logs[1:], start=logs[0]))


def _in_words(
    lattices: Sequence[DateLattice],
    weights: Sequence[float],
    languages: tuple[str, ...],
) -> Iterator[Table]:
    """Dates of day, month word, year, and of month word, day, year."""
    words = _month_words(lattices, weights, languages)
    for order, short in (("DMY", 1.0), ("MDY", DAY_AND_SHORT_YEAR_WEIGHT)):
        heads = [
            _day_month(lattice, words) if order == "DMY" else _month_day(lattice, words)
            for lattice in lattices
        ]
        sums = [np.asarray(head.sum(axis=0)) for head in heads]
        years = _likely_years(sums, [lattice.year_ends for lattice in lattices], weights)
        shares = np.where(np.asarray(years) < len(FULL_YEARS), 1.0, short)
        ends = (
            h @ (lattice.year_ends[:, years] * shares)
            for h, lattice in zip(heads, lattices, strict=True)
        )
        yield Table(_pooled(ends, weights), partial(_phrase, order, words, years))


def _phrase(order: str, words: Sequence[str], years: Sequence[int], row: int, column: int) -> str:
    """The date of a row (day and month word) and a column (year), as it is written."""
    word, day, year = words[row % len(words)], row // len(words) + 1, YEARS[years[column]]
    if order == "DMY":
        return f"{day} {word.capitalize()} {year}"
    return f"{word.capitalize()} {day}, {year}"


def _day_month(lattice: DateLattice, words: Sequence[str]) -> Array:
    """Weights of boundaries after a day and a month word: shape (31 * words, slices + 1)."""
    gap, days = lattice.gap, np.tensordot(lattice.start, lattice.days, (0, 1))
    before = np.asarray(days @ (gap + 0.2 * gap @ lattice.word("of") @ gap), np.float32)
    rows = np.stack([lattice.through(before, word) for word in words], axis=1)
    return np.asarray(rows.reshape(-1, rows.shape[2]) @ gap)


def _month_day(lattice: DateLattice, words: Sequence[str]) -> Array:
    """Weights of boundaries after a month word and a day: shape (31 * words, slices + 1)."""
    heads = (
        np.stack([lattice.through(lattice.start[None, :], word)[0] for word in words]) @ lattice.gap
    )
    rows = np.einsum("wt,dts->dws", heads, lattice.days, optimize=True)
    return np.asarray(rows.reshape(-1, rows.shape[2]) @ lattice.gap)


def _without_day(lattices: Sequence[DateLattice], weights: Sequence[float]) -> Table:
    """The MAX_YEARS likeliest dates of English month word and full year, the others at minus
    infinity. The prior of the dates says how rare they are.
    """
    heads = [
        np.stack([lattice.through(lattice.start[None, :], w)[0] for w in ENGLISH_WORDS])
        for lattice in lattices
    ]
    ends = [(lattice.gap @ lattice.year_ends)[:, : len(FULL_YEARS)] for lattice in lattices]
    scores = _pooled((h @ e for h, e in zip(heads, ends, strict=True)), weights)
    least = np.partition(scores.ravel(), -MAX_YEARS)[-MAX_YEARS]
    likely = np.where(scores >= least, scores, -np.inf)
    return Table(likely, lambda r, c: f"{ENGLISH_WORDS[r].capitalize()} {FULL_YEARS[c]}")


def _month_words(
    lattices: Sequence[DateLattice], weights: Sequence[float], languages: tuple[str, ...]
) -> tuple[str, ...]:
    """English month words, and the MAX_FOREIGN_WORDS likeliest of the other languages, with any
    day before or after them and any year at the end.
    """
    others = [word for word in foreign_months(languages) if word not in ENGLISH_WORDS]
    if not others:
        return ENGLISH_WORDS
    fits = _pooled([_fit_of_words(lattice, others) for lattice in lattices], weights)
    best = np.argsort(-fits, kind="stable")[:MAX_FOREIGN_WORDS]
    return (*ENGLISH_WORDS, *(others[int(i)] for i in sorted(best)))


def _fit_of_words(lattice: DateLattice, words: Sequence[str]) -> Array:
    """Likelihood of each word as the month of any date: shape (words,)."""
    gap, anyday = lattice.gap, lattice.days.sum(axis=0)
    years = gap @ lattice.year_ends.sum(axis=1)
    heads = np.stack([lattice.start @ anyday @ gap, lattice.start])
    tails = np.stack([years, gap @ anyday @ years])
    rows = [lattice.through(heads, word) for word in words]
    return np.asarray([(row * tails).sum(axis=1).max() for row in rows], np.float32)
