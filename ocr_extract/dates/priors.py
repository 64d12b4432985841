"""P(date | context): what the volume says of a date before anybody reads it.

The shape is that of 328 real agreements: dates span about two months and lie before
or around the conference, a few weeks late at most; one in some hundred is months
late; a date years away is nearly always a slip of the pen. The clock is never asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.volume_prior import LeaveOneOutPrior


@dataclass(frozen=True)
class Span:
    """A share of the probability, spread evenly over the days first..last (both in)."""

    first: date
    last: date
    share: float

    def density(self, day: date) -> float:
        """Probability of that one day under this span."""
        inside = self.first <= day <= self.last
        return self.share / ((self.last - self.first).days + 1) if inside else 0.0


PARTIAL = 0.01
ANY_DAY = Span(date(1900, 1, 1), date(2199, 12, 31), 1.0)


STAMPED = 0.6
"""Weight of a file's own time stamps where they fall into the volume: of 113 real files that
carry a usable one 94 % state a day next to it, but a form may be signed on paper first."""
STAMP_DAYS = {0: 0.65, -1: 0.12, 1: 0.17, -2: 0.02, 2: 0.02, -3: 0.01, 3: 0.01}
"""Shares of the days from the signer's date to the stamp, as counted on those files."""


@dataclass(frozen=True)
class Context:
    """What is known of the volume: its year, or the days of its conference, or nothing;
    what its other agreements say; and when the file was made.

    `origin` says in words where that comes from, for the reasons shown to people.
    """

    year: int | None = None
    start: date | None = None
    end: date | None = None
    origin: str = ""
    others: LeaveOneOutPrior | None = None
    stamps: tuple[date, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the volume says anything about its dates."""
        told = self.start is not None or self.year is not None
        return told or self._others_span is not None

    @cached_property
    def _others_span(self) -> tuple[date, date] | None:
        return self.others.span() if self.others is not None else None

    def spans(self) -> tuple[Span, ...]:
        """The mixture that makes the prior; one even span when nothing is known."""
        return self._base

    @cached_property
    def _base(self) -> tuple[Span, ...]:
        if self.start is not None:
            end = self.end or self.start
            return _spans(self.start - timedelta(150), end + timedelta(60), self.start, end)
        if self.year is not None:
            first, last = date(self.year, 1, 1), date(self.year, 12, 31)
            return _spans(first, last, first, last)
        if self._others_span is not None:
            return _spans(*self._others_span, *self._others_span)
        return (ANY_DAY,)

    @cached_property
    def _usable_stamps(self) -> tuple[date, ...]:
        """Stamps within the volume's time: not the blank form's, not a dead battery's."""
        core = self._base[0]
        return tuple(s for s in self.stamps if self.known and core.first <= s <= core.last)

    def on(self, day: date) -> float:
        """Prior probability of one day."""
        base = sum(span.density(day) for span in self._base)
        if self.others is not None and (weight := self.others.weight):
            base = (1.0 - weight) * base + weight * self.others.density(day)
        if not self._usable_stamps:
            return base
        near = sum(STAMP_DAYS.get((stamp - day).days, 0.0) for stamp in self._usable_stamps)
        return (1.0 - STAMPED) * base + STAMPED * near / len(self._usable_stamps)

    @property
    def told(self) -> str:
        """Where all this comes from, in words."""
        if self.others is not None and self.others.weight:
            return self.others.when
        return self.origin

    def order_gain(self, separator: str, order: str, usual: float) -> float:
        """Log of how much likelier an order is in this volume than in general."""
        return self.others.order_gain(separator, order, usual) if self.others else 0.0

    def years(self) -> tuple[int, ...]:
        """Years worth scoring against an unreadable date: the core and its neighbours."""
        if not self.known:
            return ()
        core = self.spans()[0]
        return tuple(range(core.first.year - 1, core.last.year + 2))

    def density(self, parts: PartialDate) -> float:
        """Prior probability of a date; for a partial one, of a day in it on average,
        times the rarity of leaving the rest out (2 of 211 real dates).
        """
        full = parts.full()
        if parts.precision == "day":
            return self.on(full) if full is not None else 0.0
        return PARTIAL * max(
            self._mean(PartialDate(year, parts.month, parts.day)) for year in self._years_of(parts)
        )

    def _mean(self, parts: PartialDate) -> float:
        """Probability of a day of that year or month, on average."""
        full = parts.full()
        days = [full] if full is not None else _days_of(parts)
        return sum(self.on(day) for day in days) / len(days) if days else 0.0

    def _years_of(self, parts: PartialDate) -> tuple[int, ...]:
        if parts.year is not None:
            return (parts.year,)
        return self.years() or (2000,)

    def is_expected(self, parts: PartialDate) -> bool:
        """Whether the date lies where nearly all dates of such a volume lie."""
        if not self.known or parts.year is None:
            return True
        return any(_mean(span, parts) > 0 for span in self.spans()[:2])


def _spans(first: date, last: date, start: date, end: date) -> tuple[Span, ...]:
    """Core, a year around it, three years around it, any day."""
    year = timedelta(365)
    return (
        Span(first, last, 0.92),
        Span(start - year, end + year, 0.0778),
        Span(start - 3 * year, end + 3 * year, 0.002),
        Span(ANY_DAY.first, ANY_DAY.last, 0.0002),
    )


def _mean(span: Span, parts: PartialDate) -> float:
    """Density of the span, averaged over the days of the date."""
    full = parts.full()
    days = [full] if full is not None else _days_of(parts)
    return sum(span.density(day) for day in days) / len(days) if days else 0.0


def _days_of(parts: PartialDate) -> list[date]:
    if parts.year is None or parts.day is not None:
        return []
    first = date(parts.year, parts.month or 1, 1)
    months = 1 if parts.month else 12
    past = date(parts.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    return [first + timedelta(n) for n in range((past - first).days)]


def context_of(year: int | None, start: date | None = None, end: date | None = None) -> Context:
    """The context that an editor's own words make, with its origin in words."""
    if start is not None:
        days = f"{start} to {end}" if end and end != start else f"{start}"
        return Context(year, start, end, f"the conference is on {days}")
    if year is not None:
        return Context(year, origin=f"the volume is of {year}")
    return Context()
