"""What a signer writes when the pen slips: each slip named, and priced.

Prices are P(written so | meant) from 3 wrong years, 1 wrong month and 1 missing digit
among 328 real dates, split over their kinds. A value reached through a slip is a
proposal: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ocr_extract.dates.calendar import PartialDate, days_in, is_possible


@dataclass(frozen=True)
class Slip:
    """`written` stands on the page where `meant` was intended."""

    code: str
    meant: PartialDate
    written: PartialDate
    price: float
    reason: str


NO_SLIP = 0.985
YEAR_PRICES = {1: 2e-3, -1: 3e-3, 10: 1.5e-3, -10: 1.5e-3, 100: 5e-4, -100: 5e-4}
"""By how many years the written one is too high."""
YEAR_DIGIT = 6e-4
"""One digit exchanged for another."""
TRANSPOSED = 6e-4
"""Two neighbouring digits exchanged."""
LOST_DIGIT, DOUBLED_DIGIT = 1e-3, 1e-3
JANUARY_HABIT = 2e-2
"""Last year's number in January: the one slip that everybody knows."""
MONTH_PRICE = 1e-3
SWAPPED = 3e-4
IMPOSSIBLE = {"last": 2e-3, "next": 1e-3, "month": 5e-4, "digit": 3e-4}
"""What is behind a 31 June: its last day, the day after, another month, another digit."""


def slips_behind(written: PartialDate) -> Iterator[Slip]:
    """Dates that may have been meant when this one was written."""
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
    """Years that may have been meant, each with its price and the reason in words."""
    prices: dict[int, tuple[float, str]] = {}
    for away, price in YEAR_PRICES.items():
        of_january = january and away == -1
        _offer(
            prices, written - away, JANUARY_HABIT if of_january else price, _how_far(written, away)
        )
    for meant in _one_digit_away(f"{written}"):
        _offer(prices, meant, YEAR_DIGIT, "one digit away from")
    for meant in _transposed(f"{written}"):
        _offer(prices, meant, TRANSPOSED, "two digits changed places in")
    for meant in _with_a_digit(f"{written}"):
        _offer(prices, meant, LOST_DIGIT, "a digit is missing from")
    for meant in _without_a_digit(f"{written}"):
        _offer(prices, meant, DOUBLED_DIGIT, "a digit is doubled in")
    return tuple(
        (meant, price, f"the year is written {written}, {how} {meant}")
        for meant, (price, how) in sorted(prices.items())
        if meant != written and 1000 <= meant <= 2999
    )


def _offer(prices: dict[int, tuple[float, str]], meant: int, price: float, how: str) -> None:
    """Two slips may lead to one year; the likelier one is told."""
    if price > prices.get(meant, (0.0, ""))[0]:
        prices[meant] = (price, how)


def _how_far(written: int, away: int) -> str:
    if abs(away) == 1:
        return "one off from"
    return "one digit away from" if _differ_in_one(written, written - away) else "a slip away from"


def _differ_in_one(a: int, b: int) -> bool:
    return (
        len(f"{a}") == len(f"{b}") and sum(x != y for x, y in zip(f"{a}", f"{b}", strict=True)) == 1
    )


def _one_digit_away(year: str) -> Iterator[int]:
    if len(year) == 4:
        for place in range(4):
            for digit in "0123456789":
                yield int(year[:place] + digit + year[place + 1 :])


def _transposed(year: str) -> Iterator[int]:
    if len(year) == 4:
        for place in range(3):
            yield int(year[:place] + year[place + 1] + year[place] + year[place + 2 :])


def _with_a_digit(year: str) -> Iterator[int]:
    if len(year) == 3:
        for place in range(4):
            for digit in "0123456789":
                yield int(year[:place] + digit + year[place:])


def _without_a_digit(year: str) -> Iterator[int]:
    if len(year) == 5:
        for place in range(5):
            yield int(year[:place] + year[place + 1 :])


def _months(written: PartialDate) -> Iterator[Slip]:
    if written.month is None:
        return
    for month in (written.month - 1, written.month + 1):
        parts = PartialDate(written.year, month, written.day)
        if 1 <= month <= 12 and is_possible(parts):
            reason = f"the month is written {written.month}, one off from {month}"
            yield Slip("month_slip", parts, written, MONTH_PRICE, reason)


def _swapped(written: PartialDate) -> Iterator[Slip]:
    if written.day is None or written.month is None or written.day == written.month:
        return
    parts = PartialDate(written.year, written.day, written.month)
    if is_possible(parts):
        reason = f"month {written.month} and day {written.day} changed places"
        yield Slip("swapped_slip", parts, written, SWAPPED, reason)


def _impossible_days(written: PartialDate) -> Iterator[Slip]:
    """31 June, 30 February: somebody miscounted, or wrote another month or digit."""
    year, month, day = written.year, written.month, written.day
    if year is None or month is None or day is None or not 1 <= month <= 12:
        return
    last = days_in(year, month)
    behind = {
        PartialDate(year, month, last): IMPOSSIBLE["last"],
        PartialDate(year + month // 12, month % 12 + 1, 1): IMPOSSIBLE["next"],
        PartialDate(year, month - 1, day): IMPOSSIBLE["month"],
        PartialDate(year, month + 1, day): IMPOSSIBLE["month"],
        PartialDate(year, month, day % 10): IMPOSSIBLE["digit"],
        PartialDate(year, month, day - 10): IMPOSSIBLE["digit"],
        PartialDate(year, month, int(f"{day:02d}"[::-1])): IMPOSSIBLE["digit"],
    }
    reason = f"month {month} of {year} has no day {day}"
    for parts, price in behind.items():
        if parts.month and parts.day and is_possible(parts):
            yield Slip("day_slip", parts, written, price, reason)
