"""P(date | context): the probability of a date from the volume alone, before it is read.

The shape follows 328 real agreements: the dates of a volume span about two months and lie
before or around the conference, at most a few weeks late; about one in a hundred is months
late; a date that is years away is nearly always a slip of the pen. The clock is not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.volume_prior import LeaveOneOutPrior


@dataclass(frozen=True)
class Span:
    """A share (0..1) of the probability, spread evenly over the days first..last, both
    included.
    """

    first: date
    last: date
    share: float

    def density(self, day: date) -> float:
        """Probability (0..1) that this span gives to one day; 0 outside of it."""
        inside = self.first <= day <= self.last
        return self.share / ((self.last - self.first).days + 1) if inside else 0.0


PARTIAL_DATE_SHARE = 0.01
"""Share (0..1) of dates that leave a part out. Counted on 211 real dates: 2."""
ANY_DAY = Span(date(1900, 1, 1), date(2199, 12, 31), 1.0)
"""The prior when nothing is known: all days are equally likely."""


TIME_STAMP_WEIGHT = 0.6
"""Weight (0..1) of the file's own time stamps in the prior, when they lie within the volume's
time. Chosen below what was counted on 113 real files with a usable stamp (94 %
lie within one day of the date), because a form may be signed on paper first."""
STAMP_DAYS = {0: 0.65, -1: 0.12, 1: 0.17, -2: 0.02, 2: 0.02, -3: 0.01, 3: 0.01}
"""Share (0..1) of each distance in days from the signer's date to the time stamp. Counted on
the same 113 files."""


@dataclass(frozen=True)
class Context:
    """What is known about the dates of a volume, for one of its files."""

    year: int | None = None
    """The volume's year; not used when `start` is given."""
    start: date | None = None
    """First day of the conference."""
    end: date | None = None
    """Last day of the conference; `start` when it is None."""
    origin: str = ""
    """Where year and days come from, in words, for the reasons shown to people."""
    others: LeaveOneOutPrior | None = None
    """Dates of the volume's other agreements."""
    stamps: tuple[date, ...] = ()
    """Days of the file's own time stamps."""

    @property
    def known(self) -> bool:
        """Whether anything is known about the volume's dates."""
        from_editor = self.start is not None or self.year is not None
        return from_editor or self._others_span is not None

    @cached_property
    def _others_span(self) -> tuple[date, date] | None:
        """First and last day of the volume according to its other agreements."""
        return self.others.span() if self.others is not None else None

    def spans(self) -> tuple[Span, ...]:
        """The spans whose sum is the prior without time stamps; only ANY_DAY when nothing is
        known. Other agreements are used only when neither year nor conference is known.
        """
        return self._mixture

    @cached_property
    def _mixture(self) -> tuple[Span, ...]:
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
        """Time stamps within the volume's time. Others are of the blank form, or of a clock
        that is wrong.
        """
        core = self._mixture[0]
        return tuple(s for s in self.stamps if self.known and core.first <= s <= core.last)

    def on(self, day: date) -> float:
        """Prior probability (0..1) of one day."""
        base = sum(span.density(day) for span in self._mixture)
        if self.others is not None and (weight := self.others.weight):
            base = (1.0 - weight) * base + weight * self.others.density(day)
        if not self._usable_stamps:
            return base
        near = sum(STAMP_DAYS.get((stamp - day).days, 0.0) for stamp in self._usable_stamps)
        return (1.0 - TIME_STAMP_WEIGHT) * base + TIME_STAMP_WEIGHT * near / len(
            self._usable_stamps
        )

    @property
    def reason(self) -> str:
        """Where the prior comes from, in words; "" when nothing is known."""
        if self.others is not None and self.others.weight:
            return self.others.when
        return self.origin

    def order_gain(self, separator: str, order: str, usual: float) -> float:
        """Natural log of how much likelier an order of day and month ("DMY", "MDY") is in this
        volume than in general, with one separator. `usual` is its general share (0..1). 0 when
        nothing is known of the other agreements.
        """
        return self.others.order_gain(separator, order, usual) if self.others else 0.0

    def years(self) -> tuple[int, ...]:
        """Years to score against an illegible date: those of the volume, the year before and the
        year after. () when nothing is known.
        """
        if not self.known:
            return ()
        core = self.spans()[0]
        return tuple(range(core.first.year - 1, core.last.year + 2))

    def density(self, parts: PartialDate) -> float:
        """Prior probability (0..1) of a date; 0 for a day that the calendar does not have. For a
        partial date, the mean probability of its days times PARTIAL_DATE_SHARE.
        """
        full = parts.full()
        if parts.precision == "day":
            return self.on(full) if full is not None else 0.0
        return PARTIAL_DATE_SHARE * max(
            self._mean(PartialDate(year, parts.month, parts.day)) for year in self._years_of(parts)
        )

    def _mean(self, parts: PartialDate) -> float:
        """Mean prior probability of the days of a year, a month or a day."""
        full = parts.full()
        days = [full] if full is not None else _days_of(parts)
        return sum(self.on(day) for day in days) / len(days) if days else 0.0

    def _years_of(self, parts: PartialDate) -> tuple[int, ...]:
        """The year of a date, or the possible ones when it has none."""
        if parts.year is not None:
            return (parts.year,)
        return self.years() or (2000,)

    def is_expected(self, parts: PartialDate) -> bool:
        """Whether the date lies where nearly all dates of such a volume lie: within a year of
        it. True when nothing is known, and for a date without a year.
        """
        if not self.known or parts.year is None:
            return True
        return any(_mean(span, parts) > 0 for span in self.spans()[:2])


def _spans(first: date, last: date, start: date, end: date) -> tuple[Span, ...]:
    """Four spans whose shares add up to 1: the volume's time (first..last), a year around
    start..end, three years around it, and any day. Shares follow 328 real agreements.
    """
    year = timedelta(365)
    return (
        Span(first, last, 0.92),
        Span(start - year, end + year, 0.0778),
        Span(start - 3 * year, end + 3 * year, 0.002),
        Span(ANY_DAY.first, ANY_DAY.last, 0.0002),
    )


def _mean(span: Span, parts: PartialDate) -> float:
    """Mean probability that a span gives to the days of a year, a month or a day."""
    full = parts.full()
    days = [full] if full is not None else _days_of(parts)
    return sum(span.density(day) for day in days) / len(days) if days else 0.0


def _days_of(parts: PartialDate) -> list[date]:
    """All days of a year or a month; [] without a year, or with a day."""
    if parts.year is None or parts.day is not None:
        return []
    first = date(parts.year, parts.month or 1, 1)
    months = 1 if parts.month else 12
    after = date(parts.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    return [first + timedelta(n) for n in range((after - first).days)]


def context_of(year: int | None, start: date | None = None, end: date | None = None) -> Context:
    """The context from what the editor gave: the volume's year, or the first and last day of its
    conference.
    """
    if start is not None:
        days = f"{start} to {end}" if end and end != start else f"{start}"
        return Context(year, start, end, f"the conference is on {days}")
    if year is not None:
        return Context(year, origin=f"the volume is of {year}")
    return Context()
