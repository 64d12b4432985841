"""Of crops that agree on the day, the clearest one says how sure a date is."""

from dataclasses import replace

import pytest

from ocr_extract.decision.clearest_crop import as_read_most_clearly
from ocr_extract.fields.assign import ScoredMark
from ocr_extract.fields.marks import MarkKind
from ocr_extract.geometry import Rect
from ocr_extract.records import Reading
from ocr_extract.settings import Settings
from tests.decision_factory import dates, reading, scored

RECT = Rect(220, 490, 290, 510)
ABOVE_HALF, BELOW_HALF = Rect(220, 499, 290, 530), Rect(220, 501, 290, 530)
"""Rectangles that cover a little more, and a little less, than half of RECT."""
BLURRED = dates(("2025.6.11", -0.1), ("25.6.9", -1.8), ("2025.6.1", -2.2))
CLEAR = dates(("2025.6.11", 0.0), ("2025-6-11", -1.0), ("2025.6.17", -4.5))
NAME = reading("Bo Zhang", reader="pp_ocr")


def _mark(*readings: Reading, rect: Rect = RECT, kind: MarkKind = "ink") -> ScoredMark:
    mark = scored(readings, kind=kind)
    return replace(mark, mark=replace(mark.mark, rect=rect))


def _dates_of(chosen: ScoredMark, *others: ScoredMark) -> list[tuple[str, float]]:
    read = as_read_most_clearly(chosen, [chosen, *others], Settings())
    last = read.mark.readings[-1]
    return [(date.text, date.log_likelihood) for date in last.hypotheses]


def _texts(of: Reading) -> list[tuple[str, float]]:
    return [(date.text, date.log_likelihood) for date in of.hypotheses]


def test_date_takes_the_dates_of_the_clearest_crop_and_keeps_all_else() -> None:
    chosen, clear = _mark(NAME, BLURRED), _mark(CLEAR, rect=ABOVE_HALF, kind="strip")
    read = as_read_most_clearly(chosen, [chosen, clear], Settings())
    assert read.mark.readings == (NAME, CLEAR)
    assert replace(read.mark, readings=chosen.mark.readings) == chosen.mark


def test_clearest_crop_keeps_its_own_dates() -> None:
    chosen = _mark(NAME, CLEAR)
    assert as_read_most_clearly(chosen, [chosen, _mark(BLURRED)], Settings()) is chosen
    assert as_read_most_clearly(_mark(NAME), [_mark(CLEAR)], Settings()) == _mark(NAME)


@pytest.mark.parametrize(
    "other",
    [
        _mark(CLEAR, rect=BELOW_HALF),
        _mark(CLEAR, kind="text"),
        _mark(dates(("2025.6.17", 0.0))),
        _mark(dates(("June 2025", 0.0))),
        _mark(NAME),
    ],
    ids=["elsewhere", "type", "another day", "no full date", "no date"],
)
def test_other_crops_change_nothing(other: ScoredMark) -> None:
    assert _dates_of(_mark(BLURRED), other) == _texts(BLURRED)


def test_same_day_in_another_way_of_writing_agrees() -> None:
    other = dates(("11 June 2025", 0.0), ("17 June 2025", -6.0))
    assert _dates_of(_mark(BLURRED), _mark(other)) == _texts(other)


def test_crop_that_fits_badly_is_not_clear_however_far_it_is_ahead() -> None:
    alone = dates(("2025.6.11", -7.0))
    assert _dates_of(_mark(BLURRED), _mark(alone)) == _texts(BLURRED)
