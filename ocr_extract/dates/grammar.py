"""Every way to read a written date: orders, separators, words, missing parts.

Nothing is decided here: `interpret` lists everything that a string can mean, each meaning with
a log-weight. Weights of orders are counts over 211 real dates that nothing was tuned on (171
typed, 40 handwritten), smoothed; see docs/dates.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product

from ocr_extract.dates.calendar import PartialDate, is_possible
from ocr_extract.dates.look_alikes import DIGIT_OF_LETTER
from ocr_extract.dates.normalised import normalise
from ocr_extract.dates.words import month_of

ORDER_WEIGHTS: dict[str, dict[str, float]] = {
    "/": {"MDY": 0.76, "DMY": 0.24},
    ".": {"DMY": 0.85, "MDY": 0.15},
    "-": {"DMY": 0.70, "MDY": 0.30},
    " ": {"DMY": 0.60, "MDY": 0.40},
}
"""Shares (0..1) of the orders of day, month and year, by the separator of the numbers. Counted
on 211 real dates, smoothed; the shares for a space are chosen."""
YEAR_FIRST = {"YMD": 0.98, "YDM": 0.02}
"""Shares (0..1) of the orders of dates that begin with the year. Counted on the 22 such dates
among 211 real ones, which all are YMD; smoothed."""


@dataclass(frozen=True)
class ReadingCosts:
    """What a way of reading a string costs."""

    remainder_cost: float = 1.0
    """Natural log-likelihood lost per word that the grammar cannot explain (chosen)."""
    unused_cost: float = 6.0
    """Natural log-likelihood lost per number that is no part of the date (chosen)."""
    overlooked_cost: float = 6.0
    """Natural log-likelihood lost when a part is taken as missing although an unused number
    could be that part (chosen)."""
    misread_digit_cost: float = 2.0
    """Natural log-likelihood lost per letter in the place of a digit ("2O25", "l9") (chosen)."""
    impossible_day_cost: float = 4.0
    """Natural log-likelihood lost for a day that its month does not have (31 June) (chosen)."""
    run_cost: float = 3.0
    """Natural log-likelihood lost for a date without separators ("20250519"): such a run of
    digits is more often something else (chosen)."""


COSTS = ReadingCosts()


MIN_NUMBERS_OF_TWO_DATES = 4
"""Numbers that a string has at least in which a date may be stated twice: "22 May, 22.5.2025"
(counted)."""
_DIGITS, _GAP = re.compile(r"\d+"), re.compile(r"[\W_]+")
_TOKEN = re.compile(
    r"(?P<number>\d+)(?:\s?(?P<ordinal>st|nd|rd|th|er|ste|de|º|ª|°|\.º))?(?![^\W_])"
    r"|(?P<word>[^\W_]+)|(?P<gap>[\W_]+)",
    re.IGNORECASE,
)
# Words that may stand beside a date and add nothing: articles, weekdays, "r." (Polish rok).
_FILLERS = frozenset(
    "of the on de del du le la den der am al in il day year date dated r st nd rd th and a d"
    " monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur"
    " thurs fri sat sun".split()
)


@dataclass(frozen=True)
class Interpretation:
    """One date that a string can mean."""

    parts: PartialDate
    order: str
    """The parts in the order of writing: "DMY", "MY", ..."""
    log_weight: float
    """Natural log-weight (<= 0), relative to the other interpretations of the same string."""
    remainder: tuple[str, ...] = ()
    """Words and numbers of the string that are not explained by the date."""
    separator: str = ""
    """Separator of the three numbers of a date without a month word; empty for other dates."""


@dataclass(frozen=True)
class _Number:
    """A number of the string."""

    text: str
    before: str
    """What stands between the token before it and the number, stripped; " " for spaces only."""
    ordinal: bool
    """Whether an ordinal's letters follow ("22nd")."""

    @property
    def value(self) -> int:
        return int(self.text)


@dataclass(frozen=True)
class _Tokens:
    """The numbers and words of a string."""

    numbers: tuple[_Number, ...]
    month: int | None
    """Month (1..12) of the month word; None without one."""
    month_at: int
    """Count of numbers before the month word."""
    cost: float
    """Natural log-likelihood lost to misread letters, >= 0."""
    remainder: tuple[str, ...]
    """Words that do not belong to a date."""


@lru_cache(maxsize=20_000)
def interpret(text: str, languages: tuple[str, ...] = ("en",)) -> tuple[Interpretation, ...]:
    """All dates that a string can mean, likeliest first; () when it means none.

    `languages` (ISO 639 codes) are those of month words. A complete date whose month does not
    have the day ("31 June") is among them, at a cost. A date that the string states twice
    ("May 22nd 2025 (22/05/2025)") is one meaning.
    """
    line = normalise(text)
    meanings = [*_stated_twice(line, languages), *_meanings_of(line, languages)]
    best: dict[tuple[PartialDate, str], Interpretation] = {}
    for meaning in sorted(meanings, key=lambda i: -i.log_weight):
        best.setdefault((meaning.parts, meaning.order), meaning)
    return tuple(best.values())


def _stated_twice(line: str, languages: tuple[str, ...]) -> Iterator[Interpretation]:
    """The dates that the string states in two ways one after the other, at least one of them
    complete. What both can mean is meant.
    """
    if len(_DIGITS.findall(line)) < MIN_NUMBERS_OF_TWO_DATES:
        return
    for gap in _GAP.finditer(line):
        first = _meanings_of(normalise(line[: gap.start()]), languages)
        second = _meanings_of(normalise(line[gap.end() :]), languages) if first else []
        for one, other in product(first, second):
            if not one.remainder and not other.remainder and _confirm(one.parts, other.parts):
                yield _joined(one, other)


def _confirm(one: PartialDate, other: PartialDate) -> bool:
    """Whether two dates are the same day; one of them may be without its year."""
    return (
        one.day is not None
        and (one.month, one.day) == (other.month, other.day)
        and (one.year == other.year or None in (one.year, other.year))
        and (one.year or other.year) is not None
    )


def _joined(one: Interpretation, other: Interpretation) -> Interpretation:
    """Two meanings of the same day as one. Its order is that of the complete one in numbers."""
    complete = [i for i in (one, other) if i.parts.year is not None]
    chosen = max(complete, key=lambda i: bool(i.separator))
    return replace(chosen, log_weight=one.log_weight + other.log_weight)


def _meanings_of(line: str, languages: tuple[str, ...]) -> list[Interpretation]:
    """All dates that a normalised string can mean as one date, in any order."""
    tokens = _tokenise(line, languages)
    meanings = list(_with_month_word(tokens) if tokens.month is not None else _numeric(tokens))
    return [
        i
        if is_possible(i.parts)
        else replace(i, log_weight=i.log_weight - COSTS.impossible_day_cost)
        for i in meanings
        if is_possible(i.parts) or _has_only_impossible_day(i)
    ]


def _has_only_impossible_day(meaning: Interpretation) -> bool:
    """Whether an impossible date is complete and has a day of at most 31."""
    parts = meaning.parts
    return parts.year is not None and parts.month is not None and (parts.day or 0) <= 31


def _tokenise(line: str, languages: tuple[str, ...]) -> _Tokens:
    """The tokens of a normalised string; the first month word is the month."""
    numbers: list[_Number] = []
    month, month_at, cost = None, 0, 0.0
    remainder: list[str] = []
    gap = ""
    for match in _TOKEN.finditer(line):
        if match["gap"] is not None:
            gap = match["gap"].strip() or " "
            continue
        if match["number"] is not None:
            numbers.append(_Number(match["number"], gap, match["ordinal"] is not None))
        elif month is None and (month_word := month_of(match["word"], languages)):
            month, month_at = month_word.month, len(numbers)
            cost += month_word.cost
        elif repaired := _as_digits(match["word"]):
            numbers.append(_Number(repaired, gap, False))
            cost += COSTS.misread_digit_cost * sum(c.isalpha() for c in match["word"])
        elif match["word"].lower() not in _FILLERS:
            remainder.append(match["word"])
        gap = ""
    return _Tokens(tuple(numbers), month, month_at, cost, tuple(remainder))


def _as_digits(word: str) -> str | None:
    """The number that a word is a misreading of ("2O25"): look-alike letters among at least as
    many digits. None for other words.
    """
    repaired = word.translate(DIGIT_OF_LETTER)
    unchanged = sum(a == b for a, b in zip(word, repaired, strict=True))
    return repaired if repaired.isdigit() and unchanged >= len(word) / 2 else None


def _with_month_word(tokens: _Tokens) -> Iterator[Interpretation]:
    """Dates with a month word. The numbers around it are tried as day and year, and each of
    these two may be missing.
    """
    numbers, count = tokens.numbers, len(tokens.numbers)
    for y in range(-1, count):
        for d in range(-1, count):
            if d == y and d >= 0:
                continue
            day = _day(numbers[d]) if d >= 0 else None
            year = _year(numbers[y]) if y >= 0 else None
            if (d >= 0 and day is None) or (y >= 0 and year is None):
                continue
            unused = tuple(n.text for i, n in enumerate(numbers) if i not in (d, y))
            weight = _word_weight(tokens, d, y) - COSTS.unused_cost * len(unused)
            weight -= COSTS.overlooked_cost * _is_overlooked(unused, day, year)
            parts = PartialDate(year, tokens.month, day)
            order = _order_of({"D": d, "Y": y}, tokens.month_at)
            yield _interpretation(tokens, parts, order, weight, unused)


def _is_overlooked(unused: tuple[str, ...], day: int | None, year: int | None) -> bool:
    """Whether a part is taken as missing although an unused number could be that part."""
    left = [_Number(text, "", ordinal=False) for text in unused]
    return (year is None and any(_year(n) is not None for n in left)) or (
        day is None and any(_day(n) is not None for n in left)
    )


def _word_weight(tokens: _Tokens, d: int, y: int) -> float:
    """Natural log-weight (<= 0) of the places of day and year: a year stands last or, with four
    digits, first, and a number with an ordinal's letters is a day.
    """
    weight = 0.0
    if y >= 0 and d > y and len(tokens.numbers[y].text) < 4:
        weight -= 4.0
    if y >= 0 and tokens.numbers[y].ordinal:
        weight -= 6.0
    return weight


def _order_of(places: dict[str, int], month_at: int) -> str:
    """The order ("DMY", "MY", ...) of parts at the places of their numbers; -1 is missing."""
    parts = [("M", month_at - 0.5)] + [(k, float(v)) for k, v in places.items() if v >= 0]
    return "".join(name for name, _ in sorted(parts, key=lambda part: part[1]))


def _numeric(tokens: _Tokens) -> Iterator[Interpretation]:
    """Dates without a month word: three numbers in a row, two numbers, or one run of digits."""
    numbers = tokens.numbers
    for start in range(len(numbers) - 2):
        yield from _three_numbers(tokens, start)
    if len(numbers) == 2:
        yield from _two_numbers(tokens)
    if len(numbers) == 1:
        yield from _digit_run(tokens)


def _three_numbers(tokens: _Tokens, start: int) -> Iterator[Interpretation]:
    """Full dates from the three numbers that begin at place `start`."""
    triple = tokens.numbers[start : start + 3]
    unused = tuple(n.text for i, n in enumerate(tokens.numbers) if not start <= i < start + 3)
    for order, share in _orders(triple).items():
        at = {name: triple[i] for i, name in enumerate(order)}
        year, month, day = _year(at["Y"]), _month(at["M"]), _day(at["D"])
        if year is None or month is None or day is None:
            continue
        weight = math.log(share) - COSTS.unused_cost * len(unused)
        meaning = _interpretation(tokens, PartialDate(year, month, day), order, weight, unused)
        yield replace(meaning, separator=separator_of(triple[1].before))


def separator_of(gap: str) -> str:
    """The separator of ORDER_WEIGHTS with which a gap between two numbers begins; else " "."""
    return gap[:1] if gap[:1] in ORDER_WEIGHTS else " "


def _orders(triple: tuple[_Number, ...]) -> dict[str, float]:
    """Orders that three numbers may have, with their shares (0..1, together 1)."""
    if len(triple[0].text) >= 3:
        return YEAR_FIRST
    shares = ORDER_WEIGHTS[separator_of(triple[1].before)]
    if len(triple[2].text) <= 2:
        return {**{o: 0.95 * s for o, s in shares.items()}, "YMD": 0.05}
    return shares


def _has_doubled_digit(text: str) -> bool:
    """Whether a number of five digits is a year from 20.. or 22.. in which a digit is doubled."""
    return text[:2] in ("20", "22") and any(a == b for a, b in pairwise(text))


def _two_numbers(tokens: _Tokens) -> Iterator[Interpretation]:
    """Dates from two numbers: month and year when one has four digits, else day and month."""
    first, second = tokens.numbers
    if len(second.text) == 4 and (month := _month(first)):
        yield _interpretation(tokens, PartialDate(_year(second), month), "MY", 0.0, ())
    elif len(first.text) == 4 and (month := _month(second)):
        yield _interpretation(tokens, PartialDate(_year(first), month), "YM", 0.0, ())
    else:
        shares = ORDER_WEIGHTS.get(second.before[:1], ORDER_WEIGHTS[" "])
        for order, share in (("DM", shares["DMY"]), ("MD", shares["MDY"])):
            at = {name: (first, second)[i] for i, name in enumerate(order)}
            month, day = _month(at["M"]), _day(at["D"])
            if month and day:
                parts = PartialDate(None, month, day)
                yield _interpretation(tokens, parts, order, math.log(share), ())


def _digit_run(tokens: _Tokens) -> Iterator[Interpretation]:
    """Dates from one run of digits: a year of four digits, or a date without separators."""
    run = tokens.numbers[0].text
    if len(run) == 4 and 1900 <= int(run) <= 2199:
        yield _interpretation(tokens, PartialDate(int(run)), "Y", 0.0, ())
    if len(run) not in (6, 8):
        return
    wide = len(run) - 4
    for order, share in (("YMD", 0.5), ("DMY", 0.25), ("MDY", 0.25)):
        widths = {"Y": wide, "M": 2, "D": 2}
        at, position = {}, 0
        for name in order:
            at[name] = _Number(run[position : position + widths[name]], "", False)
            position += widths[name]
        year, month, day = _year(at["Y"]), _month(at["M"]), _day(at["D"])
        if year is None or month is None or day is None or not 1990 <= year <= 2099:
            continue
        parts = PartialDate(year, month, day)
        yield _interpretation(tokens, parts, order, math.log(share) - COSTS.run_cost, ())


def _interpretation(
    tokens: _Tokens,
    parts: PartialDate,
    order: str,
    weight: float,
    unused: tuple[str, ...],
) -> Interpretation:
    """The interpretation with all costs; `weight` is what its numbers gave, `unused` are the
    numbers left over.
    """
    remainder = (*tokens.remainder, *unused)
    total = weight - tokens.cost - COSTS.remainder_cost * len(tokens.remainder)
    return Interpretation(parts, order, total, remainder)


def _day(number: _Number) -> int | None:
    """The day (1..31) that a number can be, or None."""
    return number.value if len(number.text) <= 2 and 1 <= number.value <= 31 else None


def _month(number: _Number) -> int | None:
    """The month (1..12) that a number can be, or None."""
    return number.value if len(number.text) <= 2 and 1 <= number.value <= 12 else None


def _year(number: _Number) -> int | None:
    """The year that a number can be; None when it can be none.

    Four digits (1000..2999) are the year itself. Two digits, and three digits that begin with
    0 ("025"), are a year of 2000 to 2099. Three digits that begin with 2 (one is missing) and
    five digits with a doubled one are given as written: `slips` proposes the year meant.
    """
    text = number.text
    if (len(text) == 3 and text[0] == "2") or (len(text) == 5 and _has_doubled_digit(text)):
        return number.value
    if len(text) == 4:
        return number.value if 1000 <= number.value <= 2999 else None
    if len(text) == 2 or (len(text) == 3 and text[0] == "0"):
        return 2000 + number.value
    return None
