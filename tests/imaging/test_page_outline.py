import numpy as np
import pytest

from ocr_extract.geometry import raster_of
from ocr_extract.imaging.binarize import flatten
from ocr_extract.imaging.deskew import measure_skew
from ocr_extract.imaging.page_outline import find_sheet, straighten
from synthetic.degrade import photographed
from tests.factory import text_lines


@pytest.mark.parametrize("seed", range(4))
def test_photographed_sheet_is_cut_out_and_level(seed: int) -> None:
    photo = photographed(text_lines(seed=seed), np.random.default_rng(seed))
    sheet = flatten(straighten(raster_of(photo, 100, 1)))
    assert any("sheet" in note for note in sheet.notes)
    assert any("shading" in note for note in sheet.notes)
    assert sheet.pixels.shape[0] / sheet.pixels.shape[1] == pytest.approx(1.3, rel=0.05)
    assert abs(measure_skew(sheet.pixels).degrees) < 0.5
    assert np.median(sheet.pixels) > 240


def test_corners_match_the_sheet() -> None:
    page = np.full((700, 600), 60, np.uint8)
    page[100:600, 80:520] = 230
    corners = find_sheet(page)
    assert corners is not None
    expected = [[80, 100], [520, 100], [520, 600], [80, 600]]
    assert np.abs(corners - np.array(expected)).max() < 6


def test_page_that_fills_the_picture_is_unchanged() -> None:
    raster = raster_of(text_lines(), 100, 1)
    assert find_sheet(raster.pixels) is None
    assert straighten(raster) is raster
    assert flatten(raster) is raster


def test_dark_box_on_paper_is_not_a_sheet() -> None:
    page = np.full((700, 600), 250, np.uint8)
    page[300:400, 200:400] = 20
    assert find_sheet(page) is None
