"""What a volume's other agreements say of one agreement's date, leave-one-out.

Used only where nobody has said when the volume is. Each document is judged again with
the year that the others agree on, without reading a pixel twice: the result depends
neither on the order of the files nor on the number of workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ocr_extract.dates.priors import Context
from ocr_extract.records import Record

LEAST_OTHERS = 3
"""Sure dates among the others from which they may speak."""
LEAST_SHARE = 0.7
"""Share of them that must name the same year."""
SURE = 0.6


def contexts(records: Sequence[Record]) -> tuple[Context, ...]:
    """For each record, what all other records say of the volume's year."""
    years = [_sure_year(record) for record in records]
    counted = Counter(year for year in years if year is not None)
    return tuple(_context(_without(counted, year)) for year in years)


def _without(counted: Counter[int], year: int | None) -> Counter[int]:
    return counted if year is None else counted - Counter([year])


def _sure_year(record: Record) -> int | None:
    date = record.fields.date
    if date.precision != "day" or date.confidence < SURE or date.as_written is None:
        return None
    return int(date.as_written[:4])


def _context(others: Counter[int]) -> Context:
    total = sum(others.values())
    if total < LEAST_OTHERS:
        return Context()
    year, count = min(others.items(), key=lambda item: (-item[1], item[0]))
    if count / total < LEAST_SHARE:
        return Context()
    return Context(year=year, origin=f"{count} of the other {total} agreements are of {year}")
