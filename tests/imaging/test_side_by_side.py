"""A sheet with two pages side by side is divided; no other sheet is."""

from collections.abc import Callable

import numpy as np
import pytest

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.side_by_side import pages_of_sheet
from ocr_extract.imaging.upright import upright_pages
from synthetic.degrade import scanned
from tests.factory import text_lines


def _sheet(gutter: int = 120) -> Grey:
    page = text_lines()
    return np.hstack([page, np.full((page.shape[0], gutter), 255, np.uint8), page[::-1]])


def test_two_pages_are_divided_in_the_gutter() -> None:
    sheet = raster_of(_sheet(), 150, 3)
    left, right = pages_of_sheet(sheet)
    assert left.width + right.width == sheet.width
    assert abs(left.width - right.width) < 0.05 * sheet.width
    assert (left.pixels < 128).sum() == (right.pixels < 128).sum() > 0
    assert left.page == right.page == 3


def test_places_of_the_right_page_are_places_of_the_sheet() -> None:
    sheet = raster_of(_sheet(), 150, 1)
    left, right = pages_of_sheet(sheet)
    on_sheet = right.on_page(Rect(0, 0, 10, 10))
    assert on_sheet.x0 == pytest.approx(sheet.points(left.width))
    assert on_sheet.y0 == pytest.approx(0)


def test_skewed_and_noisy_sheet_is_divided() -> None:
    page = scanned(_sheet(), np.random.default_rng(3), 2.0)
    assert len(upright_pages(raster_of(page, 150, 1))) == 2


@pytest.mark.parametrize(
    "build",
    [
        lambda page, blank: page,
        lambda page, blank: np.hstack([page, blank]),
        lambda page, blank: np.hstack([blank, page]),
        lambda page, blank: np.hstack([blank, blank]),
        lambda page, blank: np.vstack([page, page]),
        lambda page, blank: np.rot90(page).copy(),
    ],
)
def test_other_sheets_stay_whole(build: Callable[[Grey, Grey], Grey]) -> None:
    page = text_lines()
    raster = raster_of(build(page, np.full_like(page, 255)), 150, 1)
    assert pages_of_sheet(raster) == (raster,)


def test_one_wide_page_of_text_stays_whole() -> None:
    raster = raster_of(text_lines(width=1700, height=1100), 150, 1)
    assert pages_of_sheet(raster) == (raster,)


def test_edge_of_a_page_in_the_gutter_and_a_dark_side_of_a_photo_do_not_hide_it() -> None:
    sheet = _sheet()
    middle = sheet.shape[1] // 2
    sheet[:, middle : middle + 3] = 60
    sheet[: round(0.015 * len(sheet))] = 0
    left, right = pages_of_sheet(raster_of(sheet, 150, 1))
    assert abs(left.width - right.width) < 0.2 * sheet.shape[1]
    assert (left.pixels < 128).sum() > 1000


def test_tiny_and_empty_sheets_raise_no_error() -> None:
    for shape in ((1, 1), (3, 900), (900, 3), (40, 60)):
        assert len(pages_of_sheet(raster_of(np.zeros(shape, np.uint8), 100, 1))) == 1
