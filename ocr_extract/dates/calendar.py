"""Dates as people write them: year, month and day, each of which may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

LAST_YEAR = 9999
"""Last year that is a calendar year; a larger number ("20255") can be written but has no ISO
form. Defined by ISO 8601 and Python's `date`."""
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of January to December in a common year. Defined by the calendar."""
Precision = Literal["day", "month", "year", "none"]


@dataclass(frozen=True, order=True)
class PartialDate:
    """Year, month and day as written. A part that the writer left out is None; it is never
    filled in. Values are not checked: `is_possible` says whether the calendar has the date.
    """

    year: int | None
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str | None:
        """YYYY-MM-DD, YYYY-MM or YYYY: the parts up to the first missing one. None without a
        year, or with a year after LAST_YEAR.
        """
        if self.year is None or self.year > LAST_YEAR:
            return None
        parts = [f"{self.year:04d}"]
        for part in (self.month, self.day):
            if part is None:
                break
            parts.append(f"{part:02d}")
        return "-".join(parts)

    @property
    def precision(self) -> Precision:
        """The smallest part that is given: "day", "month", "year", or "none" without a year."""
        if self.year is None:
            return "none"
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    def full(self) -> date | None:
        """The calendar day. None when a part is missing or the calendar has no such day."""
        if self.year is None or self.month is None or self.day is None:
            return None
        if not 1 <= self.year <= LAST_YEAR:
            return None
        return date(self.year, self.month, self.day) if is_possible(self) else None


def is_possible(parts: PartialDate) -> bool:
    """Whether the calendar has such a date. Missing parts do not matter, except that a day
    needs a month. 29 February is possible when the year is missing.
    """
    if parts.month is None:
        return parts.day is None
    if not 1 <= parts.month <= 12:
        return False
    if parts.day is None:
        return True
    year = 2000 if parts.year is None else parts.year
    return 1 <= parts.day <= days_in(year, parts.month)


def days_in(year: int, month: int) -> int:
    """Number of days of a month (1..12), in any year, also outside of 1..LAST_YEAR."""
    leap = month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return DAYS[month - 1] + leap
