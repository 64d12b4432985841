"""What the report says of the volume as a whole: its dates, how it was read, its damage, and how
often people found the program right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ocr_extract.calibration.evaluate import Shown
from ocr_extract.records import Damage, Record
from ocr_extract.reports.report_rows import cut, damage_line
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.decisions import StoredDecision

ODD = frozenset("year_slip month_slip day_slip swapped_slip unexpected_date".split())
"""The flags that say that a date is an odd one among the volume's."""
INTERVAL = 0.95
"""Share (0..1) of such intervals that hold the true share (chosen: the usual one)."""
MAX_DAMAGED = 50
"""Largest number of damaged files that the report names (chosen)."""
_Agreement = tuple[str, int]
"""A content's SHA-256, and the part of its file from 0."""


@dataclass
class Overview:
    """Counts over all records, which are added one by one. `days` counts ISO dates by value, `odd`
    the odd ones among them. `damaged` names the first MAX_DAMAGED damaged files with their damage.
    """

    documents: int = 0
    days: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    undated: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    evidence: Counter[str] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)
    damage: Counter[str] = field(default_factory=Counter)
    damaged: list[tuple[str, str]] = field(default_factory=list)
    agreements: dict[_Agreement, int] = field(default_factory=dict)
    """The number in the ledger of each decided record."""

    def add(self, number: int, part: int, record: Record) -> None:
        """Count one more record. `number` is its number in the ledger, `part` that in its file."""
        self.documents += 1
        self._add_date(record)
        self.kinds[record.document.kind] += 1
        self._add_damage(record.document.name, record.damage)
        if record.decisions and record.document.sha256:
            self.agreements[record.document.sha256, part] = number

    def _add_date(self, record: Record) -> None:
        result = record.fields.date
        self.written[result.written] += 1
        self.evidence.update({each.kind for each in result.evidence})
        self.readers.update({r.reader for each in result.evidence for r in each.readings})
        if result.value is None:
            self.undated += 1
            return
        self.days[result.value] += 1
        if any(flag.code in ODD for flag in record.flags):
            self.odd[result.value] += 1

    def _add_damage(self, name: str, damage: Iterable[Damage]) -> None:
        for each in damage:
            self.damage[each.kind] += 1
            if len(self.damaged) < MAX_DAMAGED:
                self.damaged.append((cut(name), damage_line(each)))


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval: `found` of `count`, all bounds 0..1."""

    found: int
    count: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (1927); (0, 1) when nothing was counted."""
        if self.count == 0:
            return 0.0, 1.0
        from scipy.stats import binomtest  # noqa: PLC0415  slow, and rarely needed

        interval = binomtest(self.found, self.count).proportion_ci(INTERVAL, "wilson")
        return float(interval.low), float(interval.high)

    @property
    def words(self) -> str:
        """The share and its interval in percent."""
        low, high = self.interval
        share = f"{self.found / self.count:.1%}" if self.count else "-"
        return f"{share} (95 % interval {low:.1%} to {high:.1%})"


@dataclass(frozen=True)
class Checked:
    """What people's decisions say about the program.

    `audit` counts the accepted agreements that people looked at, and those found wrong. `dates` are
    the program's confidence in each date before somebody decided it, and whether it was right.
    """

    audit: Share
    dates: tuple[Shown, ...]


def checked_by_people(ledger: Ledger, overview: Overview) -> Checked:
    """Compare the answers before the decisions with what the people said."""
    audited: dict[_Agreement, bool] = {}
    dates: list[Shown] = []
    for stored in ledger.decisions.standing().all():
        agreement = (stored.sha256, stored.part)
        number = overview.agreements.get(agreement)
        if number is None:
            continue
        if _is_audit(stored):
            audited[agreement] = audited.get(agreement, False) or _is_wrong(stored)
        if stored.field == "date" and stored.action != "ask":
            dates += _shown_date(ledger, number, stored)
    return Checked(Share(sum(audited.values()), len(audited)), tuple(dates))


def _is_audit(stored: StoredDecision) -> bool:
    """Whether the person was asked although no flag asked: of a date or a signature."""
    try:
        shown = json.loads(stored.shown)
        codes = shown.get("codes") if isinstance(shown, dict) else None
    except ValueError:
        return False
    return codes == [] and stored.field in ("date", "signature")


def _is_wrong(stored: StoredDecision) -> bool:
    return stored.action == "ask" or (stored.action == "set" and stored.value != stored.before)


def _shown_date(ledger: Ledger, number: int, stored: StoredDecision) -> list[Shown]:
    """The confidence in a whole date before the decision, and whether it was right."""
    before = ledger.record_and_before(number, "date")[1].fields.date
    if before.precision != "day" or before.value is None or before.confidence >= 1.0:
        return []
    return [(before.confidence, stored.action == "leave" or stored.value == before.value)]


def whole_days(counts: Counter[str]) -> dict[date, int]:
    """The counts of whole dates that are in the calendar, in its order."""
    days: dict[date, int] = {}
    for value, count in sorted(counts.items()):
        try:
            days[date.fromisoformat(value)] = count
        except ValueError:
            continue
    return days
