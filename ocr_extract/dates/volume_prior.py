"""The prior from the other agreements of a volume: their days, and their order of day and
month. The prior of an agreement leaves that agreement out.

Counts are whole numbers (millionths of an agreement), so that no sum depends on the order of
the files.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ocr_extract.dates.calendar import PartialDate

PARTS_PER_AGREEMENT = 1_000_000
"""Parts into which the probability of one agreement's dates is divided, for sums of whole
numbers (chosen)."""
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
"""First and last day of the calendar that the prior covers."""
LENGTH = (LAST - FIRST).days + 1
"""Number of days that the prior covers."""


@dataclass(frozen=True)
class PriorShape:
    """How much an agreement speaks for the days of the others."""

    kernel_scale: float = 9.0
    kernel_reach: int = 45
    """Days. An agreement also makes the days around its own likely, with weights that fall
    exponentially: by a factor e per KERNEL_SCALE days, up to KERNEL_REACH days away
    (chosen)."""
    min_agreements: float = 3.0
    """Smallest number of other agreements that are used (chosen)."""
    min_agreed_share: float = 0.7
    """Smallest share (0..1) of the other agreements within a year of their median; with a
    smaller one they give no span (chosen)."""
    span_margin: int = 30
    """Days before and after the other agreements' dates that belong to the span, too (chosen)."""
    folder_pseudo_count: float = 3.0
    general_pseudo_count: float = 4.0
    """Weights of priors in numbers of agreements: of the folder's share of an order, beside
    the counts with one separator; and of the share in 211 other real dates, beside the
    folder's counts (chosen)."""


SHAPE = PriorShape()

MAX_PRIOR_WEIGHT, HALF_WEIGHT_AT = 0.9, 4.0
"""Largest weight (0..1) of the other agreements in the prior, beside the roster; and the number
of other agreements that has half of that weight (chosen)."""
Weights = npt.NDArray[np.float64]
DateFormat = tuple[str, str]
"""A separator, and an order of day, month and year ("DMY")."""


@dataclass(frozen=True)
class DateVote:
    """The date of one agreement, as evidence for the others."""

    days: tuple[tuple[int, int], ...] = ()
    """Possible days, as days since FIRST, each with its probability in millionths."""
    date_format: DateFormat | None = None
    """How the date is written; None when that is in doubt."""


@dataclass(frozen=True)
class VolumePrior:
    """The dates of all agreements of a volume."""

    smoothed: Weights
    """Parts by day since FIRST, smoothed, not normalised: shape (LENGTH,)."""
    parts: Counter[int]
    """Parts by day since FIRST."""
    months: Counter[tuple[int, int]]
    """Parts by (year, month)."""
    total: int
    """Sum of all parts."""
    date_formats: Counter[DateFormat]
    """Number of agreements by the way they write their date."""

    def without(self, vote: DateVote) -> LeaveOneOutPrior:
        """The prior for one agreement: all but its own vote."""
        return LeaveOneOutPrior(self, vote)


@dataclass(frozen=True)
class LeaveOneOutPrior:
    """The dates of a volume without those of one agreement."""

    volume: VolumePrior
    own: DateVote = field(default_factory=DateVote)

    @property
    def count(self) -> float:
        """Number of other agreements, as the sum of the probabilities of their dates."""
        return self._other_parts / PARTS_PER_AGREEMENT

    @cached_property
    def _other_parts(self) -> int:
        """Parts of all other agreements."""
        return self.volume.total - sum(parts for _, parts in self.own.days)

    @property
    def weight(self) -> float:
        """Weight of the other agreements in the prior, 0..MAX_PRIOR_WEIGHT; 0 when there are
        fewer than SHAPE.min_agreements.
        """
        count = self.count
        return (
            MAX_PRIOR_WEIGHT * count / (count + HALF_WEIGHT_AT)
            if count >= SHAPE.min_agreements - 0.5
            else 0.0
        )

    def density(self, day: date) -> float:
        """Probability (0..1) of one day from the other agreements' days; 0 without any."""
        total = self._other_parts
        if total <= 0 or not FIRST <= day <= LAST:
            return 0.0
        at = (day - FIRST).days
        own = sum(parts * _kernel(at - other) for other, parts in self.own.days)
        return max(0.0, float(self.volume.smoothed[at]) - own) / total

    def span(self) -> tuple[date, date] | None:
        """First and last day of the volume according to the other agreements. None when they are
        fewer than SHAPE.min_agreements or scattered over years.
        """
        others = self.volume.parts - Counter(dict(self.own.days))
        total = others.total()
        if total < (SHAPE.min_agreements - 0.5) * PARTS_PER_AGREEMENT:
            return None
        middle = _quantile(others, total, 0.5)
        near = Counter({d: parts for d, parts in others.items() if abs(d - middle) <= 365})
        if near.total() < SHAPE.min_agreed_share * total:
            return None
        low, high = _quantile(near, near.total(), 0.02), _quantile(near, near.total(), 0.98)
        return _day(low - SHAPE.span_margin), _day(high + SHAPE.span_margin)

    @cached_property
    def when(self) -> str:
        """The other agreements' months in words, for the reasons shown to people: "79 other
        agreements are of September 2025 to October 2025".
        """
        own: Counter[tuple[int, int]] = Counter()
        for at, parts in self.own.days:
            own[_month_of(at)] += parts
        named = _main_months(self.volume.months - own, self._other_parts)
        first, last = named[0], named[-1]
        between = "" if first == last else f" to {_month(last)}"
        return f"{round(self.count)} other agreements are of {_month(first)}{between}"

    def order_gain(self, separator: str, order: str, usual: float) -> float:
        """Natural log of how much likelier an order is here than in general, with one separator.

        `usual` is the general share of the order (0..1). 0 for other orders than "DMY" and
        "MDY".
        """
        if order not in ("DMY", "MDY"):
            return 0.0
        formats = self.volume.date_formats - Counter(
            [self.own.date_format] if self.own.date_format else []
        )
        own = {o: formats[(separator, o)] for o in ("DMY", "MDY")}
        every = {o: sum(n for (_, p), n in formats.items() if p == o) for o in ("DMY", "MDY")}
        folder = (every[order] + SHAPE.general_pseudo_count * usual) / (
            sum(every.values()) + SHAPE.general_pseudo_count
        )
        share = (own[order] + SHAPE.folder_pseudo_count * folder) / (
            sum(own.values()) + SHAPE.folder_pseudo_count
        )
        return math.log(share / usual)


def volume_prior_of(votes: Iterable[DateVote]) -> VolumePrior:
    """The days and date formats of all agreements; the same for any order of the votes."""
    parts: Counter[int] = Counter()
    date_formats: Counter[DateFormat] = Counter()
    for vote in votes:
        parts.update(dict(vote.days))
        if vote.date_format is not None:
            date_formats[vote.date_format] += 1
    counts = np.zeros(LENGTH + 2 * SHAPE.kernel_reach)
    for at, number in parts.items():
        counts[at + SHAPE.kernel_reach] = number
    kernel = np.array([_kernel(d) for d in range(-SHAPE.kernel_reach, SHAPE.kernel_reach + 1)])
    months: Counter[tuple[int, int]] = Counter()
    for at, number in parts.items():
        months[_month_of(at)] += number
    smoothed = np.convolve(counts, kernel, mode="valid")
    return VolumePrior(smoothed, parts, months, parts.total(), date_formats)


def date_vote(
    dates: Iterable[tuple[PartialDate, float]], date_format: DateFormat | None
) -> DateVote:
    """The vote of one agreement: its possible dates, each with its probability (0..1), and how
    its date is written. Partial dates and days outside FIRST..LAST are left out.
    """
    days: Counter[int] = Counter()
    for parts, probability in dates:
        full = parts.full()
        if full is not None and FIRST <= full <= LAST:
            days[(full - FIRST).days] += round(probability * PARTS_PER_AGREEMENT)
    return DateVote(tuple(sorted((d, n) for d, n in days.items() if n)), date_format)


_KERNEL = [
    math.exp(-abs(d) / SHAPE.kernel_scale)
    for d in range(-SHAPE.kernel_reach, SHAPE.kernel_reach + 1)
]
_KERNEL_SUM = math.fsum(_KERNEL)


def _kernel(days: int) -> float:
    """Weight of a day that many days away; the weights of all days add up to 1."""
    return (
        _KERNEL[days + SHAPE.kernel_reach] / _KERNEL_SUM if abs(days) <= SHAPE.kernel_reach else 0.0
    )


def _quantile(parts: Counter[int], total: int, share: float) -> int:
    """The first day up to which the days hold a share (0..1) of the parts."""
    reached = 0
    for at in sorted(parts):
        reached += parts[at]
        if reached >= share * total:
            return at
    return max(parts)


def _main_months(months: Counter[tuple[int, int]], total: int) -> list[tuple[int, int]]:
    """The fewest months that hold nine tenths of the parts, in the order of the calendar."""
    named, reached = [], 0
    for month, parts in sorted(months.items(), key=lambda item: (-item[1], item[0])):
        named.append(month)
        reached += parts
        if reached >= 0.9 * total:
            break
    return sorted(named)


def _day(at: int) -> date:
    """The day that many days after FIRST, at most LAST and at least FIRST."""
    return FIRST + timedelta(min(LENGTH - 1, max(0, at)))


def _month_of(at: int) -> tuple[int, int]:
    """(year, month) of the day that many days after FIRST."""
    return _day(at).year, _day(at).month


def _month(month: tuple[int, int]) -> str:
    """(year, month) in words: "July 2025"."""
    return date(*month, 1).strftime("%B %Y")
