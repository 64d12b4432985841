"""Slips of the pen: dates that a signer writes by mistake, each with a name and a price.

A price is P(written so | meant), a probability 0..1. Prices follow 3 wrong years, 1 wrong
month and 1 missing digit that were counted among 328 real dates; how they are divided among
the kinds of slip is chosen. A value that follows from a slip is a proposal: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ocr_extract.dates.calendar import PartialDate, days_in, is_possible


@dataclass(frozen=True)
class Slip:
    """The signer wrote `written` and meant `meant`."""

    code: str
    """Flag code of the kind of slip: "year_slip", "month_slip", "day_slip", "swapped_slip"."""
    meant: PartialDate
    written: PartialDate
    price: float
    """P(written | meant), 0..1."""
    reason: str
    """The slip in words, shown to people."""


NO_SLIP = 0.985
"""Probability that a date is written as it was meant: 5 slips were counted among 328 real
dates."""
YEAR_PRICES = {1: 2e-3, -1: 3e-3, 10: 1.5e-3, -10: 1.5e-3, 100: 2e-5, -100: 2e-5}
"""Price by the number of years by which the written year is too high. The sum follows 3 wrong
years counted among 328 real dates; its division is chosen. A wrong century was counted in none of
2,253 real dates: where one is read, the reading is wrong."""


@dataclass(frozen=True)
class SlipPrices:
    """What each slip of the pen costs."""

    year_digit_price: float = 6e-4
    """Price of one digit of the year written as another digit (chosen)."""
    transposed_price: float = 6e-4
    """Price of two neighbouring digits of the year that changed places (chosen)."""
    lost_digit_price: float = 1e-3
    doubled_digit_price: float = 1e-3
    """Prices of a year with a digit missing and of a year with a digit too many. Chosen; 1
    missing digit was counted among 328 real dates."""
    january_price: float = 2e-2
    """Price of last year's number written in January, a common slip (chosen)."""
    month_price: float = 1e-3
    """Price of a month that is one too low or one too high, for each of the two. Chosen; 1
    wrong month was counted among 328 real dates."""
    swapped_price: float = 3e-4
    """Price of day and month that changed places (chosen)."""


PRICES = SlipPrices()

IMPOSSIBLE_DAY_PRICES = {"last": 2e-3, "next": 1e-3, "month": 5e-4, "digit": 3e-4}
"""Prices of a day that its month does not have (31 June), by what was meant: the month's last
day, the day after it, the same day of a neighbouring month, a day with other digits (chosen)."""


def slips_behind(written: PartialDate) -> Iterator[Slip]:
    """Dates that may have been meant when `written` was written, each with its price. None are
    given for a date without a year.
    """
    if written.year is None:
        return
    if not is_possible(written):
        yield from _impossible_days(written)
        return
    for meant, price, reason in _years(written.year, written.month == 1):
        parts = PartialDate(meant, written.month, written.day)
        if is_possible(parts):
            yield Slip("year_slip", parts, written, price, reason)
    yield from _months(written)
    yield from _swapped(written)


@lru_cache(maxsize=1000)
def _years(written: int, january: bool) -> tuple[tuple[int, float, str], ...]:  # noqa: FBT001
    """Years that may have been meant, each with its price and the reason in words. `january`
    says whether the date is of January.
    """
    prices: dict[int, tuple[float, str]] = {}
    for away, price in YEAR_PRICES.items():
        of_january = january and away == -1
        _offer(
            prices,
            written - away,
            PRICES.january_price if of_january else price,
            _how_far(written, away),
        )
    for meant in _one_digit_away(f"{written}"):
        _offer(prices, meant, PRICES.year_digit_price, "one digit away from")
    for meant in _transposed(f"{written}"):
        _offer(prices, meant, PRICES.transposed_price, "two digits changed places in")
    for meant in _with_a_digit(f"{written}"):
        _offer(prices, meant, PRICES.lost_digit_price, "a digit is missing from")
    for meant in _without_a_digit(f"{written}"):
        _offer(prices, meant, PRICES.doubled_digit_price, "a digit is doubled in")
    return tuple(
        (meant, price, f"the year is written {written}, {how} {meant}")
        for meant, (price, how) in sorted(prices.items())
        if meant != written and 1000 <= meant <= 2999
    )


def _offer(prices: dict[int, tuple[float, str]], meant: int, price: float, how: str) -> None:
    """Adds a year with its price, unless a likelier slip leads to the same year."""
    if price > prices.get(meant, (0.0, ""))[0]:
        prices[meant] = (price, how)


def _how_far(written: int, away: int) -> str:
    """The relation of a written year to the one meant, in words; `away` is their difference."""
    if abs(away) == 1:
        return "one off from"
    return "one digit away from" if _differ_in_one(written, written - away) else "a slip away from"


def _differ_in_one(a: int, b: int) -> bool:
    """Whether two numbers of the same length differ in exactly one digit."""
    return (
        len(f"{a}") == len(f"{b}") and sum(x != y for x, y in zip(f"{a}", f"{b}", strict=True)) == 1
    )


def _one_digit_away(year: str) -> Iterator[int]:
    """Years of four digits with one digit exchanged."""
    if len(year) == 4:
        for place in range(4):
            for digit in "0123456789":
                yield int(year[:place] + digit + year[place + 1 :])


def _transposed(year: str) -> Iterator[int]:
    """Years of four digits with two neighbouring digits exchanged."""
    if len(year) == 4:
        for place in range(3):
            yield int(year[:place] + year[place + 1] + year[place] + year[place + 2 :])


def _with_a_digit(year: str) -> Iterator[int]:
    """Years of three digits with one digit added."""
    if len(year) == 3:
        for place in range(4):
            for digit in "0123456789":
                yield int(year[:place] + digit + year[place:])


def _without_a_digit(year: str) -> Iterator[int]:
    """Years of five digits with one digit removed."""
    if len(year) == 5:
        for place in range(5):
            yield int(year[:place] + year[place + 1 :])


def _months(written: PartialDate) -> Iterator[Slip]:
    """The month before and the month after the written one."""
    if written.month is None:
        return
    for month in (written.month - 1, written.month + 1):
        parts = PartialDate(written.year, month, written.day)
        if 1 <= month <= 12 and is_possible(parts):
            reason = f"the month is written {written.month}, one off from {month}"
            yield Slip("month_slip", parts, written, PRICES.month_price, reason)


def _swapped(written: PartialDate) -> Iterator[Slip]:
    """The date with day and month exchanged."""
    if written.day is None or written.month is None or written.day == written.month:
        return
    parts = PartialDate(written.year, written.day, written.month)
    if is_possible(parts):
        reason = f"month {written.month} and day {written.day} changed places"
        yield Slip("swapped_slip", parts, written, PRICES.swapped_price, reason)


def _impossible_days(written: PartialDate) -> Iterator[Slip]:
    """Dates meant by a day that its month does not have (31 June, 30 February): the signer
    miscounted the days, or wrote another month or another digit.
    """
    year, month, day = written.year, written.month, written.day
    if year is None or month is None or day is None or not 1 <= month <= 12:
        return
    last = days_in(year, month)
    prices = {
        PartialDate(year, month, last): IMPOSSIBLE_DAY_PRICES["last"],
        PartialDate(year + month // 12, month % 12 + 1, 1): IMPOSSIBLE_DAY_PRICES["next"],
        PartialDate(year, month - 1, day): IMPOSSIBLE_DAY_PRICES["month"],
        PartialDate(year, month + 1, day): IMPOSSIBLE_DAY_PRICES["month"],
        PartialDate(year, month, day % 10): IMPOSSIBLE_DAY_PRICES["digit"],
        PartialDate(year, month, day - 10): IMPOSSIBLE_DAY_PRICES["digit"],
        PartialDate(year, month, int(f"{day:02d}"[::-1])): IMPOSSIBLE_DAY_PRICES["digit"],
    }
    reason = f"month {month} of {year} has no day {day}"
    for parts, price in prices.items():
        if parts.month and parts.day and is_possible(parts):
            yield Slip("day_slip", parts, written, price, reason)
