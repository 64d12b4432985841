"""Every way to read a written date: orders, separators, words, parts left out.

Nothing is decided here: `interpret` lists all that a string can mean, each with a
log-weight. Order weights are the counts of 211 sealed real dates (171 typed, 40 by
hand), smoothed; see docs/dates.md.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from ocr_extract.dates.calendar import PartialDate, is_possible
from ocr_extract.dates.look_alikes import DIGIT_OF_LETTER
from ocr_extract.dates.words import is_month, month_of

MAX_LENGTH = 120
"""Characters of a string that are looked at: a date line is shorter."""

ORDER_WEIGHTS: dict[str, dict[str, float]] = {
    "/": {"MDY": 0.76, "DMY": 0.24},
    ".": {"DMY": 0.85, "MDY": 0.15},
    "-": {"DMY": 0.70, "MDY": 0.30},
    " ": {"DMY": 0.60, "MDY": 0.40},
}
YEAR_FIRST = {"YMD": 0.98, "YDM": 0.02}
REMAINDER_COST = 1.0
"""Natural log-likelihood lost per word or number that the grammar cannot explain."""
UNUSED_COST = 6.0
"""The same per number: a date leaves none of its digits over."""
OVERLOOKED_COST = 6.0
"""The same for a part left out although a number for it stands there."""
MISREAD_DIGIT = 2.0
"""The same per letter that stands where a digit was written ("2O25", "l9")."""
MISCOUNTED_COST = 4.0
"""The same for a day that its month has not (31 June)."""
RUN_COST = 3.0
"""Lost separators ("20250519") are rare, and a run is more often something else."""

_TIME = re.compile(
    r"(?<![\d.])\d{1,2}[:h]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\.?)?"
    r"(?:\s*(?:[A-Z]{3,4}|Z|(?:UTC|GMT)?[+-]\d{1,2}[:']?(?:\d{2})?'?))?(?!\w)",
    re.IGNORECASE,
)
_ISO_TIME = re.compile(r"(?<=\d)T(?=\d{1,2}:\d{2})")
_CJK = str.maketrans({"年": "/", "月": "/", "日": " ", "년": "/", "월": "/", "일": " "})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"⁄": "/", "∕": "/", "·": "."})
_MARKS = re.compile(r"[*_`#>~]|\$\^?\{?\^?|\}\$?|\$|</?\w+>")
_TOKEN = re.compile(
    r"(?P<number>\d+)(?:\s?(?P<ordinal>st|nd|rd|th|er|ste|de|º|ª|°|\.º))?(?![^\W_])"
    r"|(?P<word>[^\W_]+)|(?P<gap>[\W_]+)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(\d{1,4})([^\W\d_]{3,9})(\d{2,4})?(?![^\W_])")
# Words that belong to a date without saying more: articles, weekdays, "r." (Polish rok).
_FILLERS = frozenset(
    "of the on de del du le la den der am al in il day year date dated r st nd rd th and a d"
    " monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur"
    " thurs fri sat sun".split()
)


@dataclass(frozen=True)
class Interpretation:
    """One thing a string can mean.

    `order` names the parts in writing order ("DMY", "MY", ...), `log_weight` is relative to
    the other interpretations of the same string, `remainder` holds what the grammar could not
    explain.
    """

    parts: PartialDate
    order: str
    log_weight: float
    remainder: tuple[str, ...] = ()
    separator: str = ""
    """Between three numbers, where their order is open; else none."""


@dataclass(frozen=True)
class _Number:
    text: str
    before: str
    ordinal: bool

    @property
    def value(self) -> int:
        return int(self.text)


@dataclass(frozen=True)
class _Tokens:
    numbers: tuple[_Number, ...]
    month: int | None
    month_at: int
    """How many numbers stand before the month word."""
    cost: float
    remainder: tuple[str, ...]


def normalise(text: str) -> str:
    """One line: NFKC, plain dashes, no Markdown or LaTeX marks, no time of day."""
    line = unicodedata.normalize("NFKC", text[:MAX_LENGTH]).translate(_CJK).translate(_DASHES)
    line = _ISO_TIME.sub(" ", _MARKS.sub(" ", line))
    line = _GLUED.sub(_unglued, _TIME.sub(" ", line))
    line = re.sub(r"\s*([/.\-|\\])\s*", r"\1", line)
    return re.sub(r"\s+", " ", line).strip(" ,;:./-|\\'\"()[]")


def _unglued(match: re.Match[str]) -> str:
    """With spaces around the letters ("25JULY2025"), when they are a month."""
    day, word, year = match.groups()
    return f"{day} {word} {year or ''}" if is_month(word) else match[0]


@lru_cache(maxsize=20_000)
def interpret(text: str, languages: tuple[str, ...] = ("en",)) -> tuple[Interpretation, ...]:
    """All readings of a string as a date, likeliest first; () when there is none."""
    tokens = _tokenise(normalise(text), languages)
    found = list(_with_word(tokens) if tokens.month is not None else _numeric(tokens))
    found = [
        i if is_possible(i.parts) else replace(i, log_weight=i.log_weight - MISCOUNTED_COST)
        for i in found
        if is_possible(i.parts) or _is_miscounted(i)
    ]
    best: dict[tuple[PartialDate, str], Interpretation] = {}
    for one in sorted(found, key=lambda i: -i.log_weight):
        best.setdefault((one.parts, one.order), one)
    return tuple(best.values())


def _is_miscounted(one: Interpretation) -> bool:
    """Whether a date is wrong by its day alone, and complete."""
    parts = one.parts
    return parts.year is not None and parts.month is not None and (parts.day or 0) <= 31


def _tokenise(line: str, languages: tuple[str, ...]) -> _Tokens:
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
        elif month is None and (named := month_of(match["word"], languages)):
            month, month_at = named.month, len(numbers)
            cost += named.cost
        elif repaired := _as_digits(match["word"]):
            numbers.append(_Number(repaired, gap, False))
            cost += MISREAD_DIGIT * sum(c.isalpha() for c in match["word"])
        elif match["word"].lower() not in _FILLERS:
            remainder.append(match["word"])
        gap = ""
    return _Tokens(tuple(numbers), month, month_at, cost, tuple(remainder))


def _as_digits(word: str) -> str | None:
    """A misread number ("2O25"): look-alike letters among at least as many digits."""
    repaired = word.translate(DIGIT_OF_LETTER)
    kept = sum(a == b for a, b in zip(word, repaired, strict=True))
    return repaired if repaired.isdigit() and kept >= len(word) / 2 else None


def _with_word(tokens: _Tokens) -> Iterator[Interpretation]:
    """Dates with a month word: the numbers around it are the day and the year."""
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
            weight = _word_weight(tokens, d, y) - UNUSED_COST * len(unused)
            weight -= OVERLOOKED_COST * _is_overlooked(unused, day, year)
            parts = PartialDate(year, tokens.month, day)
            order = _order_of({"D": d, "Y": y}, tokens.month_at)
            yield _made(tokens, parts, order, weight, unused)


def _is_overlooked(unused: tuple[str, ...], day: int | None, year: int | None) -> bool:
    """Whether a part is said to be missing while a number for it stands there."""
    left = [_Number(text, "", ordinal=False) for text in unused]
    return (year is None and any(_year(n) is not None for n in left)) or (
        day is None and any(_day(n) is not None for n in left)
    )


def _word_weight(tokens: _Tokens, d: int, y: int) -> float:
    """Years stand last or, with four digits, first; an ordinal is a day."""
    weight = 0.0
    if y >= 0 and d > y and len(tokens.numbers[y].text) < 4:
        weight -= 4.0
    if y >= 0 and tokens.numbers[y].ordinal:
        weight -= 6.0
    return weight


def _order_of(places: dict[str, int], month_at: int) -> str:
    marks = [("M", month_at - 0.5)] + [(k, float(v)) for k, v in places.items() if v >= 0]
    return "".join(name for name, _ in sorted(marks, key=lambda mark: mark[1]))


def _numeric(tokens: _Tokens) -> Iterator[Interpretation]:
    """Dates without a month word: three numbers in a row, fewer, or one long run."""
    numbers = tokens.numbers
    for start in range(len(numbers) - 2):
        yield from _triple(tokens, start)
    if len(numbers) == 2:
        yield from _pair(tokens)
    if len(numbers) == 1:
        yield from _run(tokens)


def _triple(tokens: _Tokens, start: int) -> Iterator[Interpretation]:
    triple = tokens.numbers[start : start + 3]
    unused = tuple(n.text for i, n in enumerate(tokens.numbers) if not start <= i < start + 3)
    for order, share in _orders(triple).items():
        at = {name: triple[i] for i, name in enumerate(order)}
        year, month, day = _year(at["Y"]), _small(at["M"]), _day(at["D"])
        if year is None or month is None or day is None:
            continue
        weight = math.log(share) - UNUSED_COST * len(unused)
        made = _made(tokens, PartialDate(year, month, day), order, weight, unused)
        yield replace(made, separator=separator_of(triple[1].before))


def separator_of(gap: str) -> str:
    """The separator of a gap between numbers, as ORDER_WEIGHTS knows it."""
    return gap[:1] if gap[:1] in ORDER_WEIGHTS else " "


def _orders(triple: tuple[_Number, ...]) -> dict[str, float]:
    if len(triple[0].text) >= 3:
        return YEAR_FIRST
    shares = ORDER_WEIGHTS[separator_of(triple[1].before)]
    if len(triple[2].text) <= 2:
        return {**{o: 0.95 * s for o, s in shares.items()}, "YMD": 0.05}
    return shares


def _has_a_double(text: str) -> bool:
    """Whether two neighbours are alike, and it is a year without one of them."""
    return text[:2] in ("20", "22") and any(a == b for a, b in pairwise(text))


def _pair(tokens: _Tokens) -> Iterator[Interpretation]:
    first, second = tokens.numbers
    if len(second.text) == 4 and (month := _small(first)):
        yield _made(tokens, PartialDate(_year(second), month), "MY", 0.0, ())
    elif len(first.text) == 4 and (month := _small(second)):
        yield _made(tokens, PartialDate(_year(first), month), "YM", 0.0, ())
    else:
        shares = ORDER_WEIGHTS.get(second.before[:1], ORDER_WEIGHTS[" "])
        for order, share in (("DM", shares["DMY"]), ("MD", shares["MDY"])):
            at = {name: (first, second)[i] for i, name in enumerate(order)}
            month, day = _small(at["M"]), _day(at["D"])
            if month and day:
                parts = PartialDate(None, month, day)
                yield _made(tokens, parts, order, math.log(share), ())


def _run(tokens: _Tokens) -> Iterator[Interpretation]:
    """One run of digits: a year, or a date whose separators were lost."""
    run = tokens.numbers[0].text
    if len(run) == 4 and 1900 <= int(run) <= 2199:
        yield _made(tokens, PartialDate(int(run)), "Y", 0.0, ())
    if len(run) not in (6, 8):
        return
    wide = len(run) - 4
    for order, share in (("YMD", 0.5), ("DMY", 0.25), ("MDY", 0.25)):
        widths = {"Y": wide, "M": 2, "D": 2}
        at, position = {}, 0
        for name in order:
            at[name] = _Number(run[position : position + widths[name]], "", False)
            position += widths[name]
        year, month, day = _year(at["Y"]), _small(at["M"]), _day(at["D"])
        if year is None or month is None or day is None or not 1990 <= year <= 2099:
            continue
        parts = PartialDate(year, month, day)
        yield _made(tokens, parts, order, math.log(share) - RUN_COST, ())


def _made(
    tokens: _Tokens,
    parts: PartialDate,
    order: str,
    weight: float,
    unused: tuple[str, ...],
) -> Interpretation:
    remainder = (*tokens.remainder, *unused)
    total = weight - tokens.cost - REMAINDER_COST * len(tokens.remainder)
    return Interpretation(parts, order, total, remainder)


def _day(number: _Number) -> int | None:
    return number.value if len(number.text) <= 2 and 1 <= number.value <= 31 else None


def _small(number: _Number) -> int | None:
    return number.value if len(number.text) <= 2 and 1 <= number.value <= 12 else None


def _year(number: _Number) -> int | None:
    """Four digits as they stand; two, or three after a lost 2 ("025"), in this century;
    three where another digit was lost, five where one was doubled, as they stand.
    """
    text = number.text
    if (len(text) == 3 and text[0] == "2") or (len(text) == 5 and _has_a_double(text)):
        return number.value
    if len(text) == 4:
        return number.value if 1000 <= number.value <= 2999 else None
    if len(text) == 2 or (len(text) == 3 and text[0] == "0"):
        return 2000 + number.value
    return None
