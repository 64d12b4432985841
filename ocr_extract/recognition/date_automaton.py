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
from functools import partial

import numpy as np

from ocr_extract.dates.words import ENGLISH, foreign_months
from ocr_extract.recognition.ctc_lattice import (
    FULL_YEARS,
    LETTERS,
    NUMBERS,
    SEPARATORS,
    SHORT_YEARS,
    DateLattice,
)
from ocr_extract.recognition.ctc_output import Array, CtcOutput, column_of
from ocr_extract.records import Hypothesis

YEARS_KEPT = 16
SEPARATORS_KEPT = 2
MIN_LETTERS = 0.7
"""Letters seen, by their probabilities, from which there may be a month word."""
FOREIGN_KEPT = 5
MIN = -60.0
RUN_TOGETHER = 0.1
"""Weight of a day and two digits of a year behind a month word: "Sep 2025" has no day."""


YEARS = (*FULL_YEARS, *SHORT_YEARS)
PAIRS = tuple(
    (a, b)
    for a, first in enumerate(NUMBERS)
    for b, second in enumerate(NUMBERS)
    if min(int(first), int(second)) <= 12
)
"""Two numbers that can be a day and a month, in some order."""
_FLAT = np.array([a * len(NUMBERS) + b for a, b in PAIRS])
OURS = (*(w for name in ENGLISH for w in dict.fromkeys((name, name[:3]))), "sept")
"""English months, full and short, as words of a date by hand."""
Spelled = Callable[[int, int], str]
Written = tuple[float, str]
"""A log-likelihood, and the date as it may stand there."""


def written_dates(
    crops: Sequence[CtcOutput],
    weights: Sequence[float],
    languages: tuple[str, ...] = ("en",),
    keep: int = 150,
) -> tuple[Hypothesis, ...]:
    """The likeliest ways in which a date stands there, best first, in the light of several
    networks' frames of the same ink; log-likelihoods are weighted sums of theirs, none
    above 0 (a date may do better than the best path, for several paths spell it).
    """
    lattices = [DateLattice(frames) for frames in crops]
    found: list[Written] = []
    for separator in _separators(crops):
        found += _numeric(lattices, weights, separator, keep)
        found += _year_first(lattices, weights, separator, keep)
    if max(float(frames.probabilities[:, LETTERS].sum()) for frames in crops) > MIN_LETTERS:
        found += _in_words(lattices, weights, languages, keep)
        found += _dayless(lattices, weights)
    ranked = sorted(found, key=lambda way: (-way[0], way[1]))[:keep]
    above = max(0.0, ranked[0][0])
    return tuple(Hypothesis(text=text, log_likelihood=value - above) for value, text in ranked)


def _separators(crops: Sequence[CtcOutput]) -> list[str]:
    """The separators that were seen most, in all crops together. A date with another one is
    a worse spelling of the same day.
    """
    seen = {
        one: sum(float(frames.probabilities[:, column_of(one)].sum()) for frames in crops)
        for one in SEPARATORS
    }
    return sorted(SEPARATORS, key=lambda one: -seen[one])[:SEPARATORS_KEPT]


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
        lambda row, column: f"{_pair(row, separator)}{separator}{YEARS[years[column]]}",
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
        lambda row, column: f"{YEARS[years[column]]}{separator}{_pair(row, separator)}",
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
    floor = float(np.exp(MIN))
    logs = [w * np.log(np.maximum(s, floor)) for w, s in zip(weights, scores, strict=True)]
    return np.asarray(sum(logs[1:], start=logs[0]))


def _best(scores: Array, keep: int, spelled: Spelled) -> list[Written]:
    flat = scores.ravel()
    count = min(keep, flat.size)
    top = np.argpartition(-flat, count - 1)[:count]
    width = scores.shape[1]
    return [(float(flat[i]), spelled(int(i) // width, int(i) % width)) for i in top]


def _in_words(
    lattices: Sequence[DateLattice],
    weights: Sequence[float],
    languages: tuple[str, ...],
    keep: int,
) -> list[Written]:
    """Day, month word, year; and month word, day, year."""
    words = _month_words(lattices, weights, languages)
    found: list[Written] = []
    for order, short in (("DMY", 1.0), ("MDY", RUN_TOGETHER)):
        heads = [
            _day_month(one, words) if order == "DMY" else _month_day(one, words) for one in lattices
        ]
        years = _likely_years(heads, [one.year_ends for one in lattices], weights)
        shares = np.where(np.asarray(years) < len(FULL_YEARS), 1.0, short)
        ends = (
            h @ (one.year_ends[:, years] * shares) for h, one in zip(heads, lattices, strict=True)
        )
        found += _best(
            _pooled(ends, weights),
            keep,
            partial(_phrase, order, words, years),
        )
    return found


def _phrase(order: str, words: Sequence[str], years: Sequence[int], row: int, column: int) -> str:
    word, day, year = words[row % len(words)], row // len(words) + 1, YEARS[years[column]]
    if order == "DMY":
        return f"{day} {word.capitalize()} {year}"
    return f"{word.capitalize()} {day}, {year}"


def _day_month(one: DateLattice, words: Sequence[str]) -> Array:
    """(31 * words, slices + 1) from the start through day and month word."""
    gap, days = one.gap, np.tensordot(one.start, one.days, (0, 1))
    before = np.asarray(days @ (gap + 0.2 * gap @ one.word("of") @ gap), np.float32)
    rows = np.stack([one.through(before, word) for word in words], axis=1)
    return np.asarray(rows.reshape(-1, rows.shape[2]) @ gap)


def _month_day(one: DateLattice, words: Sequence[str]) -> Array:
    """(31 * words, slices + 1) from the start through month word and day."""
    heads = np.stack([one.through(one.start[None, :], word)[0] for word in words]) @ one.gap
    rows = np.einsum("wt,dts->dws", heads, one.days, optimize=True)
    return np.asarray(rows.reshape(-1, rows.shape[2]) @ one.gap)


def _dayless(lattices: Sequence[DateLattice], weights: Sequence[float]) -> list[Written]:
    """Month word and full year; how rare that is, the context knows."""
    heads = [np.stack([one.through(one.start[None, :], w)[0] for w in OURS]) for one in lattices]
    ends = [(one.gap @ one.year_ends)[:, : len(FULL_YEARS)] for one in lattices]
    scores = _pooled((h @ e for h, e in zip(heads, ends, strict=True)), weights)
    return _best(scores, YEARS_KEPT, lambda r, c: f"{OURS[r].capitalize()} {FULL_YEARS[c]}")


def _month_words(
    lattices: Sequence[DateLattice], weights: Sequence[float], languages: tuple[str, ...]
) -> tuple[str, ...]:
    """English months, full and short, and the few of other languages that may stand here:
    those that fit best with any day before or behind them and any year at the end.
    """
    others = [word for word in foreign_months(languages) if word not in OURS]
    if not others:
        return OURS
    fits = _pooled([_fits(one, others) for one in lattices], weights)
    kept = np.argsort(-fits, kind="stable")[:FOREIGN_KEPT]
    return (*OURS, *(others[int(i)] for i in sorted(kept)))


def _fits(one: DateLattice, words: Sequence[str]) -> Array:
    """How well each word fits as the month of some date: shape (words,)."""
    gap, anyday = one.gap, one.days.sum(axis=0)
    years = gap @ one.year_ends.sum(axis=1)
    heads = np.stack([one.start @ anyday @ gap, one.start])
    tails = np.stack([years, gap @ anyday @ years])
    rows = [one.through(heads, word) for word in words]
    return np.asarray([(row * tails).sum(axis=1).max() for row in rows], np.float32)
