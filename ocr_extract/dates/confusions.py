"""A noisy channel: how likely a date, written in one way, was read as a given string.

The text that a recognizer makes of bad handwriting is often nonsense ("Vox/ Ox/ 25"). So the
question is asked the other way round: all dates of some years are written in all usual ways,
and each written string gets the cost at which it becomes the string that was read. The cost
is a weighted edit distance (Wagner & Fischer 1974), computed with numpy for all strings at
once.
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
"""Characters of a string that are compared. Longer strings are more than a date, and the time
grows with the square of the length (chosen)."""

# Costs: natural log-likelihoods lost, >= 0. The pairs of characters that look alike are listed
# in dates.look_alikes, from users' reports of tesseract and PP-OCR and from development pages.


@dataclass(frozen=True)
class MisreadingCosts:
    """What each misread character costs."""

    insert_cost: float = 3.0
    """Cost of a character that was read where none is written (chosen)."""
    delete_cost: float = 3.0
    """Cost of a written character that was not read (chosen)."""
    other_character_cost: float = 3.0
    """Cost of a character that was read as an unrelated one (chosen)."""
    other_digit_cost: float = 3.5
    """Cost of a digit that was read as an unrelated digit (chosen)."""
    other_separator_cost: float = 1.0
    """Cost of a separator that was read as another separator (chosen)."""
    slash_as_digit_cost: float = 2.0
    """Cost of a slash that was read as a 1, a 7 or a similar stroke (chosen)."""
    look_alike_cost: float = 0.7
    """Cost of a digit that was read as a character of READ_FOR_DIGIT, or the reverse (chosen)."""
    close_digit_cost: float = 2.3
    """Cost of a digit that was read as a similar digit, see CLOSE_DIGITS (chosen)."""


COSTS = MisreadingCosts()

SEPARATORS = "/.- "


@dataclass(frozen=True)
class Scored:
    """A date and an order of its parts, scored against a string."""

    parts: PartialDate
    order: str
    """Order of day, month and year in writing: "DMY", "MDY" or "YMD"."""
    log_likelihood: float
    """Natural log-likelihood (<= 0) that the date, so written, was read as the string."""


def score(text: str, years: tuple[int, ...], keep: int = 400) -> tuple[Scored, ...]:
    """The dates of the years that were most likely read as the string, best first.

    At most `keep` dates with their orders; () for an empty string or no years. Takes only the
    first MAX_READ characters.
    """
    read = text[:MAX_READ]
    if not read or not years:
        return ()
    separators = tuple(sorted({c for c in read if c in "/.-"})) or ("/",)
    days, orders, grid = _all_written(years, separators, words=sum(c.isalpha() for c in read) >= 3)
    costs = _distances(read, grid)
    best: dict[tuple[PartialDate, str], float] = {}
    for index in np.argsort(costs, kind="stable")[: keep * 4]:
        key = (days[index], orders[index])
        best.setdefault(key, -float(costs[index]))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Scored(parts, order, value) for (parts, order), value in ranked[:keep])


def likelihoods(read: str, written: Sequence[str]) -> Array:
    """Natural log-likelihood (<= 0) of each of n written strings that it was read as `read`:
    shape (n,).
    """
    width = max((len(text) for text in written), default=0)
    grid = np.zeros((len(written), width), dtype=np.int32)
    for index, text in enumerate(written):
        grid[index, : len(text)] = [ord(c) for c in text]
    return -_distances(read[:MAX_READ], grid)


def _ways(day: date, separator: str, *, words: bool) -> Iterator[tuple[str, str]]:
    """(order, text) of each usual way to write a day; `words` adds English month words."""
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
def _all_written(
    years: tuple[int, ...], separators: tuple[str, ...], *, words: bool
) -> tuple[tuple[PartialDate, ...], tuple[str, ...], npt.NDArray[np.int32]]:
    """All n ways of writing all days of the years: dates, orders, and a grid of code points of
    shape (n, width), filled up with 0.
    """
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
    """Cost (>= 0) at which each row of the grid (n, width) was read as `read`: shape (n,)."""
    count, width = grid.shape
    lengths = (grid > 0).sum(axis=1)
    above: Array = np.broadcast_to(
        np.arange(width + 1) * COSTS.delete_cost, (count, width + 1)
    ).copy()
    for character in read:
        costs = _substitutions(character)[np.minimum(grid, 127)]
        row = np.empty_like(above)
        row[:, 0] = above[:, 0] + COSTS.insert_cost
        for j in range(1, width + 1):
            replaced = np.minimum(
                above[:, j - 1] + costs[:, j - 1], above[:, j] + COSTS.insert_cost
            )
            row[:, j] = np.minimum(replaced, row[:, j - 1] + COSTS.delete_cost)
        above = row
    result: Array = above[np.arange(count), lengths]
    return result


@lru_cache(maxsize=512)
def _substitutions(read: str) -> Array:
    """Cost at which each written ASCII character was read as `read`: shape (128,)."""
    table = np.full(128, COSTS.other_character_cost)
    for code in range(32, 127):
        table[code] = _substitution(chr(code), read)
    return table


def _are_close(a: str, b: str) -> bool:
    """Whether two digits look alike, see CLOSE_DIGITS."""
    return (a, b) in CLOSE_DIGITS or (b, a) in CLOSE_DIGITS


def _substitution(written: str, read: str) -> float:
    """Cost at which one written character was read as `read`."""
    if written == read or written.lower() == read.lower():
        return 0.0
    if written in SEPARATORS and read in SEPARATORS:
        return COSTS.other_separator_cost
    if written == "/" and read in "1lI|7":
        return COSTS.slash_as_digit_cost
    if read in READ_FOR_DIGIT.get(written, "") or written in READ_FOR_DIGIT.get(read, ""):
        return COSTS.look_alike_cost
    if written.isdigit() and read.isdigit():
        return COSTS.close_digit_cost if _are_close(written, read) else COSTS.other_digit_cost
    return COSTS.other_character_cost
