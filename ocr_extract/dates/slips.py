"""What a signer writes when the pen slips: each slip named, and priced.

Prices are P(this slip) for one date, from 3 wrong years, 1 wrong month and 1 missing
digit among 328 real dates, split over their kinds. A value reached through a slip is a
proposal: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ocr_extract.dates.calendar import PartialDate, is_possible


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
YEAR_DIGIT = 6e-4
MONTH_PRICE = 1e-3


def slips_behind(written: PartialDate) -> Iterator[Slip]:
    """Dates that may have been meant when this one was written."""
    if written.year is None:
        return
    yield from _years(written, written.year)
    yield from _months(written)


def _years(written: PartialDate, year: int) -> Iterator[Slip]:
    for meant in range(year - 110, year + 111):
        price = YEAR_PRICES.get(year - meant) or _digit_price(year, meant)
        parts = PartialDate(meant, written.month, written.day)
        if meant == year or not price or not is_possible(parts):
            continue
        reason = f"the year is written {year}, {_how_far(year, meant)} {meant}"
        yield Slip("year_slip", parts, written, price, reason)


def _digit_price(written: int, meant: int) -> float:
    """One digit exchanged: the year differs in one place only."""
    pairs = list(zip(f"{written:04d}", f"{meant:04d}", strict=False))
    return YEAR_DIGIT if sum(a != b for a, b in pairs) == 1 else 0.0


def _how_far(written: int, meant: int) -> str:
    if written - meant in (1, -1):
        return "one off from"
    return "one digit away from" if _digit_price(written, meant) else "a slip away from"


def _months(written: PartialDate) -> Iterator[Slip]:
    if written.month is None:
        return
    for month in (written.month - 1, written.month + 1):
        parts = PartialDate(written.year, month, written.day)
        if 1 <= month <= 12 and is_possible(parts):
            reason = f"the month is written {written.month}, one off from {month}"
            yield Slip("month_slip", parts, written, MONTH_PRICE, reason)
