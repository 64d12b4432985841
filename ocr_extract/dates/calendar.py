"""A date as a person writes it: any part may be missing, and a missing part is a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

LAST_YEAR = 9999
"""ISO dates and the calendar's own end; "20255" is written, and no year."""
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
Precision = Literal["day", "month", "year", "none"]


@dataclass(frozen=True, order=True)
class PartialDate:
    """Year, month and day; None where the writer gave none. Never filled in."""

    year: int | None
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str | None:
        """YYYY-MM-DD, YYYY-MM or YYYY, as far as known without a gap; else None."""
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
        """How far the date is known."""
        if self.year is None:
            return "none"
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    def full(self) -> date | None:
        """The calendar day, or None when a part is missing or impossible."""
        if self.year is None or self.month is None or self.day is None:
            return None
        if not 1 <= self.year <= LAST_YEAR:
            return None
        return date(self.year, self.month, self.day) if is_possible(self) else None


def is_possible(parts: PartialDate) -> bool:
    """Whether the calendar has such a date (29 February is possible in an unknown year)."""
    if parts.month is None:
        return parts.day is None
    if not 1 <= parts.month <= 12:
        return False
    if parts.day is None:
        return True
    year = 2000 if parts.year is None else parts.year
    return 1 <= parts.day <= days_in(year, parts.month)


def days_in(year: int, month: int) -> int:
    """Days of a month 1..12; of any year, also of one that nobody can have meant."""
    leap = month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return DAYS[month - 1] + leap
