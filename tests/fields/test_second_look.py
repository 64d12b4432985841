"""Doubtful dates are read again from more crops of the same ink."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from ocr_extract.fields.last_digit import OTHER_DAY_LOG_WEIGHT
from ocr_extract.fields.marks import Mark
from ocr_extract.fields.second_look import MAX_MARKS, SignedPage, changed_crops, read_again
from ocr_extract.geometry import Grey, Raster, Rect, raster_of
from ocr_extract.recognition.base import Engines
from ocr_extract.recognition.names import DATES, PP_OCR
from ocr_extract.records import Hypothesis, Reading
from tests.factory import FakeReader

DOUBTFUL = (("1/6/2025", -0.5), ("7/6/2025", -2.0))
CLEAR = (("1/6/2025", -0.5), ("01/06/2025", -1.0), ("7/6/2025", -12.0))
_NO_INK = np.zeros((200, 300), np.uint8)
RECT = Rect(20.0, 30.0, 80.0, 42.0)


def _dates(*scored: tuple[str, float]) -> Reading:
    hypotheses = tuple(Hypothesis(text=t, log_likelihood=value) for t, value in scored)
    return Reading(reader=DATES, hypotheses=hypotheses)


@dataclass(frozen=True)
class Closer:
    """Reads the given dates in every larger crop, and in crops of the mark's own height what
    `own` says; keeps the crops.
    """

    dates: Reading
    own: Reading = field(default_factory=lambda: _dates(*DOUBTFUL))
    larger: list[Grey] = field(default_factory=list)
    changed: list[Grey] = field(default_factory=list)

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        return tuple(self._read(crop)[:1] for crop in crops)

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        raise NotImplementedError

    def alternatives(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, Reading], ...]:
        return tuple(self._read(crop) for crop in crops)

    def _read(self, crop: Grey) -> tuple[Reading, Reading]:
        is_larger = crop.shape[0] > 2 * RECT.height + 30
        (self.larger if is_larger else self.changed).append(crop)
        dates = self.dates if is_larger else self.own
        return dates, dates


def _page(ink_above: bool = False) -> Raster:
    pixels = np.full((200, 300), 255, np.uint8)
    if ink_above:
        pixels[54:60, 100:140] = 0
    return raster_of(pixels, 144, 1)


def _again(
    closer: Closer,
    *scored: tuple[tuple[str, float], ...],
    kind: str = "ink",
    page: SignedPage | None = None,
) -> list[str]:
    page = page or SignedPage(_page(), _page(ink_above=True), _NO_INK)
    marks = [Mark(kind, RECT) for _ in scored]  # type: ignore[arg-type]
    free = Reading(reader=PP_OCR, hypotheses=(Hypothesis(text="x", log_likelihood=-1.0),))
    readings = [(free, _dates(*dates)) for dates in scored]
    engines = Engines(pages=FakeReader(), handwriting=closer, report=lambda _: None)
    again = read_again(page, marks, readings, engines)
    assert all(own[0] is free for own in again)
    return [own[1].hypotheses[0].text for own in again]


def test_date_is_the_mean_of_its_crop_and_of_changed_ones() -> None:
    closer = Closer(_dates(), own=_dates(("18/6/2025", 0.0), ("10/6/2025", -9.0)))
    assert _again(closer, (("10/6/2025", 0.0), ("18/6/2025", -9.0))) == ["18/6/2025"]
    assert len(closer.changed) == 3
    same = Closer(_dates(), own=_dates(*CLEAR))
    assert _again(same, CLEAR) == ["1/6/2025"]
    assert same.larger == [], "a clear date is not read from larger crops"


def test_two_days_of_one_month_are_two_days() -> None:
    """A date with a month word may also mean its month alone, as another day of it may."""
    doubtful = (("May 10, 2024", 0.0), ("May 19, 2024", -1.6))
    closer = Closer(_dates(("May 19, 2024", 0.0)), own=_dates(*doubtful))
    _again(closer, doubtful)
    assert len(closer.larger) == 2
    clear = (("May 10, 2024", 0.0), ("10 May 2024", -1.6), ("May 2024", -8.1))
    same = Closer(_dates(), own=_dates(*clear))
    assert _again(same, clear) == ["May 10, 2024"]
    assert same.larger == []


def test_changed_crops_are_wider_thinner_and_slanted() -> None:
    crop = np.full((40, 100), 255, np.uint8)
    crop[10:30, 20:24] = 0
    wide, thin, slanted = changed_crops(crop)
    assert wide.shape == (40, 120)
    assert thin.shape == crop.shape
    assert 0 < np.count_nonzero(thin < 128) < np.count_nonzero(crop < 128)
    first, last = (np.flatnonzero(slanted[row] < 128).mean() for row in (11, 28))
    assert last - first == pytest.approx(0.15 * 17, abs=1.0)


def test_doubtful_date_gets_its_alternatives() -> None:
    closer = Closer(_dates(("7/6/2025", 0.0)))
    assert _again(closer, DOUBTFUL) == ["7/6/2025"]
    assert len(closer.larger) == 2


def test_larger_crops_are_of_the_page_without_and_with_its_ruled_lines() -> None:
    closer = Closer(_dates(("7/6/2025", 0.0)))
    _again(closer, DOUBTFUL)
    clean, of_page = closer.larger
    assert clean.shape == of_page.shape
    assert clean.shape[0] > 2 * (RECT.height + 2)
    assert clean.min() == 255
    assert of_page.min() == 0


def test_the_same_day_in_larger_crops_changes_nothing() -> None:
    closer = Closer(_dates(("01.06.2025", 0.0), ("7/6/2025", -0.1)))
    assert _again(closer, DOUBTFUL) == ["1/6/2025"]
    assert len(closer.changed) == 3, "the mark's own crop is not needed"


def test_alternatives_that_fit_badly_change_nothing() -> None:
    assert _again(Closer(_dates(("7/6/2025", -9.0))), DOUBTFUL) == ["1/6/2025"]
    assert _again(Closer(_dates()), DOUBTFUL) == ["1/6/2025"]


def test_type_and_what_is_hardly_a_date_is_not_read_again() -> None:
    closer = Closer(_dates(("7/6/2025", 0.0)))
    assert _again(closer, (("1/6/2025", -30.0), ("7/6/2025", -30.5))) == ["1/6/2025"]
    assert _again(closer, DOUBTFUL, kind="text") == ["1/6/2025"]
    assert closer.larger == closer.changed == []


def test_only_the_likeliest_marks_are_read_again() -> None:
    closer = Closer(_dates(("7/6/2025", 0.0)))
    worse = (("1/6/2025", -1.8), ("7/6/2025", -2.5))
    read = _again(closer, worse, *[DOUBTFUL] * MAX_MARKS)
    assert read == ["1/6/2025", *["7/6/2025"] * MAX_MARKS]


def test_ink_between_the_label_and_the_mark_is_read_with_it() -> None:
    label = Rect(0.0, 31.0, 10.0, 41.0)
    digit = _page()
    digit.pixels[62:82, 26:36] = 0
    for raster, count in ((digit, 1), (_page(), 0)):
        closer = Closer(_dates())
        _again(closer, DOUBTFUL, page=SignedPage(raster, raster, _NO_INK, (label,)))
        own = closer.changed[1].shape[1]
        wide = [c for c in closer.changed if 1.08 * own < c.shape[1] < 1.18 * own]
        assert len(wide) == count
        assert all(crop.min() == 0 for crop in wide)


def test_last_digit_is_doubted_after_all_changed_crops() -> None:
    """Their mean does not thin out the doubt: no network sees two digits in one stroke."""
    ink = _NO_INK.copy()
    ink[60:84, 40:160] = 255
    lone = (("2025.6.9", 0.0), ("2025.6.4", -20.0))
    closer = Closer(_dates(), own=_dates(*lone))
    page = SignedPage(_page(), _page(), ink)
    marks, readings = [Mark("ink", RECT)], [(_dates(*lone),)]
    engines = Engines(pages=FakeReader(), handwriting=closer, report=lambda _: None)
    ((dates,),) = read_again(page, marks, readings, engines)
    second = dates.hypotheses[1]
    assert second.text == "2025.6.19"
    assert second.log_likelihood == pytest.approx(OTHER_DAY_LOG_WEIGHT)
    assert closer.larger, "such a date is not clear"
