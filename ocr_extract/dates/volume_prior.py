"""What the other agreements of a volume say of dates: when they are, and in which order
day and month stand. Each agreement is told of the others only.

Counts are whole numbers (parts per million of an agreement), so that no sum depends on the
order in which files came.
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

ONE = 1_000_000
"""Parts of one agreement."""
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
LENGTH = (LAST - FIRST).days + 1
KERNEL_SCALE, KERNEL_REACH = 9.0, 45
"""Days: an agreement speaks for the days around its own, ever less."""
MAX_PRIOR_WEIGHT, HALF_AT = 0.9, 4.0
"""Most that others weigh against the roster, and how many of them weigh half of that."""
MIN = 3.0
"""Agreements from which others are heard at all."""
MIN_AGREED = 0.7
"""Share of the others that lie within a year of their median; else they say nothing."""
SPREAD = 30
"""Days around the others that belong to the volume, too."""
OWN_FORMAT, FOLDER_FORMAT = 3.0, 4.0
"""Agreements that the folder's habit is worth beside one separator's own, and that the
habits of 211 other real dates are worth beside the folder's."""
Weights = npt.NDArray[np.float64]
DateFormat = tuple[str, str]
"""A separator, and an order of day, month and year ("DMY")."""


@dataclass(frozen=True)
class DateVote:
    """What one agreement says: days since FIRST with parts per million; and how it writes
    its date, where that is beyond doubt.
    """

    days: tuple[tuple[int, int], ...] = ()
    date_format: DateFormat | None = None


@dataclass(frozen=True)
class VolumePrior:
    """All agreements together: density by day (smoothed, not normalised), parts by day and
    by month, and habits.
    """

    smoothed: Weights
    parts: Counter[int]
    months: Counter[tuple[int, int]]
    total: int
    date_formats: Counter[DateFormat]

    def without(self, vote: DateVote) -> LeaveOneOutPrior:
        """The others of one agreement."""
        return LeaveOneOutPrior(self, vote)


@dataclass(frozen=True)
class LeaveOneOutPrior:
    """A volume's dates without one agreement's own."""

    volume: VolumePrior
    own: DateVote = field(default_factory=DateVote)

    @property
    def count(self) -> float:
        """How many other agreements there are, by the parts of their dates."""
        return self._parts_left / ONE

    @cached_property
    def _parts_left(self) -> int:
        return self.volume.total - sum(parts for _, parts in self.own.days)

    @property
    def weight(self) -> float:
        """How much they are heard beside the roster, 0..FULL_VOICE."""
        count = self.count
        return MAX_PRIOR_WEIGHT * count / (count + HALF_AT) if count >= MIN - 0.5 else 0.0

    def density(self, day: date) -> float:
        """Probability of one day among the others' days."""
        left = self._parts_left
        if left <= 0 or not FIRST <= day <= LAST:
            return 0.0
        at = (day - FIRST).days
        own = sum(parts * _kernel(at - other) for other, parts in self.own.days)
        return max(0.0, float(self.volume.smoothed[at]) - own) / left

    def span(self) -> tuple[date, date] | None:
        """First and last day of the volume, by the others alone; None where they are few
        or scattered over years.
        """
        left = self.volume.parts - Counter(dict(self.own.days))
        total = left.total()
        if total < (MIN - 0.5) * ONE:
            return None
        middle = _quantile(left, total, 0.5)
        near = Counter({d: parts for d, parts in left.items() if abs(d - middle) <= 365})
        if near.total() < MIN_AGREED * total:
            return None
        low, high = _quantile(near, near.total(), 0.02), _quantile(near, near.total(), 0.98)
        return _day(low - SPREAD), _day(high + SPREAD)

    @cached_property
    def when(self) -> str:
        """Their months in words: "79 other agreements are of September 2025 to October 2025"."""
        own: Counter[tuple[int, int]] = Counter()
        for at, parts in self.own.days:
            own[_month_of(at)] += parts
        named = _most(self.volume.months - own, self._parts_left)
        first, last = named[0], named[-1]
        between = "" if first == last else f" to {_month(last)}"
        return f"{round(self.count)} other agreements are of {_month(first)}{between}"

    def order_gain(self, separator: str, order: str, usual: float) -> float:
        """Log of how much likelier an order is here than in general (`usual`, 0..1)."""
        if order not in ("DMY", "MDY"):
            return 0.0
        left = self.volume.date_formats - Counter(
            [self.own.date_format] if self.own.date_format else []
        )
        here = {o: left[(separator, o)] for o in ("DMY", "MDY")}
        all_of = {o: sum(n for (_, p), n in left.items() if p == o) for o in ("DMY", "MDY")}
        folder = (all_of[order] + FOLDER_FORMAT * usual) / (sum(all_of.values()) + FOLDER_FORMAT)
        share = (here[order] + OWN_FORMAT * folder) / (sum(here.values()) + OWN_FORMAT)
        return math.log(share / usual)


def volume_prior_of(votes: Iterable[DateVote]) -> VolumePrior:
    """All agreements' days and habits; the same for any order of them."""
    parts: Counter[int] = Counter()
    date_formats: Counter[DateFormat] = Counter()
    for vote_of in votes:
        parts.update(dict(vote_of.days))
        if vote_of.date_format is not None:
            date_formats[vote_of.date_format] += 1
    counts = np.zeros(LENGTH + 2 * KERNEL_REACH)
    for at, number in parts.items():
        counts[at + KERNEL_REACH] = number
    kernel = np.array([_kernel(d) for d in range(-KERNEL_REACH, KERNEL_REACH + 1)])
    months: Counter[tuple[int, int]] = Counter()
    for at, number in parts.items():
        months[_month_of(at)] += number
    smoothed = np.convolve(counts, kernel, mode="valid")
    return VolumePrior(smoothed, parts, months, parts.total(), date_formats)


def date_vote(
    dates: Iterable[tuple[PartialDate, float]], date_format: DateFormat | None
) -> DateVote:
    """What one agreement's dates, each with its probability, say to the others."""
    days: Counter[int] = Counter()
    for parts, probability in dates:
        full = parts.full()
        if full is not None and FIRST <= full <= LAST:
            days[(full - FIRST).days] += round(probability * ONE)
    return DateVote(tuple(sorted((d, n) for d, n in days.items() if n)), date_format)


_SHAPE = [math.exp(-abs(d) / KERNEL_SCALE) for d in range(-KERNEL_REACH, KERNEL_REACH + 1)]
_TOTAL = math.fsum(_SHAPE)


def _kernel(days: int) -> float:
    return _SHAPE[days + KERNEL_REACH] / _TOTAL if abs(days) <= KERNEL_REACH else 0.0


def _quantile(parts: Counter[int], total: int, share: float) -> int:
    reached = 0
    for at in sorted(parts):
        reached += parts[at]
        if reached >= share * total:
            return at
    return max(parts)


def _most(months: Counter[tuple[int, int]], total: int) -> list[tuple[int, int]]:
    """The fewest months that hold nine tenths, in the order of the calendar."""
    named, reached = [], 0
    for month, parts in sorted(months.items(), key=lambda item: (-item[1], item[0])):
        named.append(month)
        reached += parts
        if reached >= 0.9 * total:
            break
    return sorted(named)


def _day(at: int) -> date:
    return FIRST + timedelta(min(LENGTH - 1, max(0, at)))


def _month_of(at: int) -> tuple[int, int]:
    return _day(at).year, _day(at).month


def _month(month: tuple[int, int]) -> str:
    return date(*month, 1).strftime("%B %Y")
