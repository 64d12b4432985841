"""Pages are made upright and evenly lit, and every place can be mapped back."""

import cv2
import numpy as np
import pytest

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.deskew import measure_skew
from ocr_extract.imaging.upright import MIN_SKEW, level, make_upright
from synthetic.degrade import photographed, scanned, turned
from tests.factory import text_lines

ANGLES = (-10.0, -4.3, -0.7, 0.0, 0.2, 1.9, 7.5, 10.0)


@pytest.mark.parametrize("angle", [86.0, 90.0, 94.0])
def test_page_on_its_side_gets_a_quarter_turn(angle: float) -> None:
    upright = make_upright(raster_of(turned(text_lines(), angle), 150, 1))
    again = measure_skew(upright.pixels)
    assert not again.quarter
    assert abs(again.degrees) < 0.1


@pytest.mark.parametrize("angle", ANGLES)
def test_no_page_is_more_skewed_afterwards(angle: float) -> None:
    page = scanned(text_lines(), np.random.default_rng(1), angle)
    upright = make_upright(raster_of(page, 150, 1))
    assert abs(measure_skew(upright.pixels).degrees) <= max(0.1, abs(angle))


def test_noise_without_lines_is_not_turned() -> None:
    rng = np.random.default_rng(0)
    noise = np.where(rng.random((900, 700)) < 0.02, 0, 255).astype(np.uint8)
    raster = make_upright(raster_of(noise, 100, 1))
    assert raster.turned == 0
    assert raster.pixels.shape == noise.shape


def test_tiny_pages_raise_no_error() -> None:
    for shape in ((1, 1), (3, 900), (900, 3), (40, 40)):
        make_upright(raster_of(np.zeros(shape, np.uint8), 100, 1))


@pytest.mark.parametrize("value", [255, 0, 128])
def test_page_without_ink_is_not_turned(value: int) -> None:
    page = np.full((800, 600), value, np.uint8)
    upright = make_upright(raster_of(page, 100, 1))
    assert upright.turned == 0
    assert upright.pixels.shape == page.shape


def test_level_page_is_unchanged() -> None:
    page = raster_of(text_lines(), 150, 1)
    assert abs(measure_skew(page.pixels).degrees) < MIN_SKEW
    assert make_upright(page) is page


def _spot(pixels: Grey) -> tuple[float, float]:
    """Middle of the one large grey spot, x and y in pixels."""
    grey = np.where((pixels > 130) & (pixels < 150), np.uint8(255), np.uint8(0))
    rows, columns = np.nonzero(cv2.erode(grey, np.ones((9, 9), np.uint8)))
    return float(columns.mean()), float(rows.mean())


@pytest.mark.parametrize("angle", [3.0, 87.0, -93.0])
def test_place_on_the_upright_page_is_mapped_back_to_the_page_as_it_came(angle: float) -> None:
    page = text_lines()
    page[20:60, 300:360] = 140
    skewed = turned(page, angle)
    upright = level(raster_of(skewed, 72, 1))
    x, y = _spot(upright.pixels)
    assert (x, y) != pytest.approx(_spot(skewed), abs=5)
    back = upright.on_page(Rect(x, y, x, y))
    assert (back.x0, back.y0) == pytest.approx(_spot(skewed), abs=1)


@pytest.mark.parametrize(
    ("angle", "total"), [(87.0, 93.0), (93.0, 87.0), (90.0, 90.0), (4.0, -4.0)]
)
def test_total_turn_is_recorded_in_degrees_counter_clockwise(angle: float, total: float) -> None:
    upright = level(raster_of(turned(text_lines(), angle), 100, 1))
    assert upright.turned == pytest.approx(total, abs=0.1)
    assert len(upright.notes) == (2 if angle in (87.0, 93.0) else 1)


def test_page_with_two_different_slopes_is_left_as_it_is_with_a_note() -> None:
    left, right = turned(text_lines(), 4.0), turned(text_lines(), -4.0)
    middle = left.shape[1] // 2
    page = raster_of(np.hstack([left[:, :middle], right[:, middle:]]), 100, 1)
    result = level(page)
    assert result.pixels is page.pixels
    assert result.turned == 0
    assert result.notes == ("skew not confirmed: left as it is",)


def test_photograph_is_cut_out_before_its_shading_is_removed() -> None:
    photo = photographed(text_lines(), np.random.default_rng(2))
    upright = make_upright(raster_of(photo, 100, 1))
    assert upright.notes[:2] == ("sheet cut out, perspective removed", "shading removed")
    assert upright.photographed
