"""A noisy channel: how likely a date, written one way, was read as a given string.

Free reading of bad handwriting gives nonsense ("Vox/ Ox/ 25"). Turned round, the
question has an answer: of all dates of the window in all usual ways of writing, how
cheaply does each become that string? The answer is a weighted edit distance
(Wagner & Fischer 1974), run over all strings at once with numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.look_alikes import CLOSE_DIGITS, READ_FOR_DIGIT
from ocr_extract.dates.words import ENGLISH

Array = npt.NDArray[np.float64]

MAX_READ = 24
"""Longer strings are not a date alone, and cost time quadratically."""

# Natural log-likelihoods lost. Look-alikes are those named in users' reports of
# tesseract and PP-OCR, and seen on development pages.
INSERT = 3.0
DELETE = 3.0
STRANGER = 3.0
OTHER_DIGIT = 3.5
SEPARATOR_AS_SEPARATOR = 1.0
SEPARATOR_AS_ONE = 2.0
LOOK_ALIKE = 0.7
CLOSE_DIGIT = 2.3
SEPARATORS = "/.- "


@dataclass(frozen=True)
class Scored:
    """A way of writing a date, and the log-likelihood that it was read as the string."""

    parts: PartialDate
    order: str
    log_likelihood: float


def score(text: str, years: tuple[int, ...], keep: int = 400) -> tuple[Scored, ...]:
    """The dates of those years that most likely stand behind the string, best first."""
    read = text[:MAX_READ]
    if not read or not years:
        return ()
    separators = tuple(sorted({c for c in read if c in "/.-"})) or ("/",)
    days, orders, grid = _written(years, separators, words=sum(c.isalpha() for c in read) >= 3)
    costs = _distances(read, grid)
    best: dict[tuple[PartialDate, str], float] = {}
    for index in np.argsort(costs, kind="stable")[: keep * 4]:
        key = (days[index], orders[index])
        best.setdefault(key, -float(costs[index]))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Scored(parts, order, value) for (parts, order), value in ranked[:keep])


def likelihoods(read: str, written: Sequence[str]) -> Array:
    """Log-likelihood of each written string having been read as `read`: shape (n,)."""
    width = max((len(text) for text in written), default=0)
    grid = np.zeros((len(written), width), dtype=np.int32)
    for index, text in enumerate(written):
        grid[index, : len(text)] = [ord(c) for c in text]
    return -_distances(read[:MAX_READ], grid)


def _ways(day: date, separator: str, *, words: bool) -> Iterator[tuple[str, str]]:
    """(order, text) of the usual ways to write a day."""
    d, m, year, short = f"{day.day}", f"{day.month}", f"{day.year}", f"{day.year % 100:02d}"
    wide_d, wide_m = d.zfill(2), m.zfill(2)
    for left, right in {(d, m), (wide_d, wide_m)}:
        for y in (year, short):
            yield "DMY", separator.join((left, right, y))
            yield "MDY", separator.join((right, left, y))
        yield "YMD", separator.join((year, right, left))
    if words:
        name = ENGLISH[day.month - 1].capitalize()
        for month in (name, name[:3]):
            yield "DMY", f"{d} {month} {year}"
            yield "MDY", f"{month} {d}, {year}"


@lru_cache(maxsize=32)
def _written(
    years: tuple[int, ...], separators: tuple[str, ...], *, words: bool
) -> tuple[tuple[PartialDate, ...], tuple[str, ...], npt.NDArray[np.int32]]:
    """All ways of writing all days: dates, orders and an (n, width) grid of code points."""
    rows: list[tuple[PartialDate, str, str]] = []
    for year in years:
        first = date(year, 1, 1)
        for offset in range((date(year + 1, 1, 1) - first).days):
            day = first + timedelta(offset)
            parts = PartialDate(day.year, day.month, day.day)
            for index, separator in enumerate(separators):
                ways = _ways(day, separator, words=words and index == 0)
                rows.extend((parts, order, text) for order, text in ways)
    width = max(len(text) for _, _, text in rows)
    grid = np.zeros((len(rows), width), dtype=np.int32)
    for index, (_, _, text) in enumerate(rows):
        grid[index, : len(text)] = [ord(c) for c in text]
    return tuple(r[0] for r in rows), tuple(r[1] for r in rows), grid


def _distances(read: str, grid: npt.NDArray[np.int32]) -> Array:
    """Cost of each row of the grid (n, width) becoming the string: shape (n,)."""
    count, width = grid.shape
    lengths = (grid > 0).sum(axis=1)
    above: Array = np.broadcast_to(np.arange(width + 1) * DELETE, (count, width + 1)).copy()
    for seen in read:
        costs = _substitutions(seen)[np.minimum(grid, 127)]
        row = np.empty_like(above)
        row[:, 0] = above[:, 0] + INSERT
        for j in range(1, width + 1):
            kept = np.minimum(above[:, j - 1] + costs[:, j - 1], above[:, j] + INSERT)
            row[:, j] = np.minimum(kept, row[:, j - 1] + DELETE)
        above = row
    result: Array = above[np.arange(count), lengths]
    return result


@lru_cache(maxsize=512)
def _substitutions(seen: str) -> Array:
    """Cost of each written ASCII character being read as `seen`: shape (128,)."""
    table = np.full(128, STRANGER)
    for code in range(32, 127):
        table[code] = _substitution(chr(code), seen)
    return table


def _are_close(a: str, b: str) -> bool:
    return (a, b) in CLOSE_DIGITS or (b, a) in CLOSE_DIGITS


def _substitution(written: str, seen: str) -> float:
    if written == seen or written.lower() == seen.lower():
        return 0.0
    if written in SEPARATORS and seen in SEPARATORS:
        return SEPARATOR_AS_SEPARATOR
    if written == "/" and seen in "1lI|7":
        return SEPARATOR_AS_ONE
    if seen in READ_FOR_DIGIT.get(written, "") or written in READ_FOR_DIGIT.get(seen, ""):
        return LOOK_ALIKE
    if written.isdigit() and seen.isdigit():
        return CLOSE_DIGIT if _are_close(written, seen) else OTHER_DIGIT
    return STRANGER
