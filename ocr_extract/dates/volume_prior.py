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
FULL_VOICE, HALF_AT = 0.9, 4.0
"""Most that others weigh against the roster, and how many of them weigh half of that."""
FEWEST = 3.0
"""Agreements from which others are heard at all."""
LEAST_AGREED = 0.7
"""Share of the others that lie within a year of their median; else they say nothing."""
SPREAD = 30
"""Days around the others that belong to the volume, too."""
OWN_HABIT, FOLDER_HABIT = 3.0, 4.0
"""Agreements that the folder's habit is worth beside one separator's own, and that the
habits of 211 other real dates are worth beside the folder's."""
Weights = npt.NDArray[np.float64]
Habit = tuple[str, str]
"""A separator, and an order of day, month and year ("DMY")."""


@dataclass(frozen=True)
class Voice:
    """What one agreement says: days since FIRST with parts per million; and how it writes
    its date, where that is beyond doubt.
    """

    days: tuple[tuple[int, int], ...] = ()
    habit: Habit | None = None


@dataclass(frozen=True)
class VolumeDates:
    """All agreements together: density by day (smoothed, not normalised), parts by day and
    by month, and habits.
    """

    smoothed: Weights
    parts: Counter[int]
    months: Counter[tuple[int, int]]
    total: int
    habits: Counter[Habit]

    def without(self, voice: Voice) -> Others:
        """The others of one agreement."""
        return Others(self, voice)


@dataclass(frozen=True)
class Others:
    """A volume's dates without one agreement's own."""

    volume: VolumeDates
    own: Voice = field(default_factory=Voice)

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
        return FULL_VOICE * count / (count + HALF_AT) if count >= FEWEST - 0.5 else 0.0

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
        if total < (FEWEST - 0.5) * ONE:
            return None
        middle = _quantile(left, total, 0.5)
        near = Counter({d: parts for d, parts in left.items() if abs(d - middle) <= 365})
        if near.total() < LEAST_AGREED * total:
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
        left = self.volume.habits - Counter([self.own.habit] if self.own.habit else [])
        here = {o: left[(separator, o)] for o in ("DMY", "MDY")}
        all_of = {o: sum(n for (_, p), n in left.items() if p == o) for o in ("DMY", "MDY")}
        folder = (all_of[order] + FOLDER_HABIT * usual) / (sum(all_of.values()) + FOLDER_HABIT)
        share = (here[order] + OWN_HABIT * folder) / (sum(here.values()) + OWN_HABIT)
        return math.log(share / usual)


def volume_dates(voices: Iterable[Voice]) -> VolumeDates:
    """All agreements' days and habits; the same for any order of them."""
    parts: Counter[int] = Counter()
    habits: Counter[Habit] = Counter()
    for voice in voices:
        parts.update(dict(voice.days))
        if voice.habit is not None:
            habits[voice.habit] += 1
    counts = np.zeros(LENGTH + 2 * KERNEL_REACH)
    for at, number in parts.items():
        counts[at + KERNEL_REACH] = number
    kernel = np.array([_kernel(d) for d in range(-KERNEL_REACH, KERNEL_REACH + 1)])
    months: Counter[tuple[int, int]] = Counter()
    for at, number in parts.items():
        months[_month_of(at)] += number
    smoothed = np.convolve(counts, kernel, mode="valid")
    return VolumeDates(smoothed, parts, months, parts.total(), habits)


def voice_of(dates: Iterable[tuple[PartialDate, float]], habit: Habit | None) -> Voice:
    """What one agreement's dates, each with its probability, say to the others."""
    days: Counter[int] = Counter()
    for parts, probability in dates:
        full = parts.full()
        if full is not None and FIRST <= full <= LAST:
            days[(full - FIRST).days] += round(probability * ONE)
    return Voice(tuple(sorted((d, n) for d, n in days.items() if n)), habit)


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
