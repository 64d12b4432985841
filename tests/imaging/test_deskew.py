import numpy as np
import pytest

from ocr_extract.geometry import raster_of
from ocr_extract.imaging.deskew import measure_skew
from ocr_extract.imaging.upright import make_upright
from synthetic.degrade import scanned, turned
from tests.factory import text_lines

ANGLES = (-10.0, -4.3, -0.7, 0.0, 0.2, 1.9, 7.5, 10.0)


@pytest.mark.parametrize("angle", ANGLES)
def test_skew_is_measured_to_a_tenth_of_a_degree(angle: float) -> None:
    skew = measure_skew(turned(text_lines(), angle))
    assert skew.confirmed
    assert not skew.quarter
    assert skew.degrees == pytest.approx(-angle, abs=0.1)


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


@pytest.mark.parametrize("value", [255, 0, 128])
def test_page_without_ink_is_not_turned(value: int) -> None:
    page = np.full((800, 600), value, np.uint8)
    assert not measure_skew(page).confirmed
    upright = make_upright(raster_of(page, 100, 1))
    assert upright.turned == 0
    assert upright.pixels.shape == page.shape


def test_noise_without_lines_is_not_turned() -> None:
    rng = np.random.default_rng(0)
    noise = np.where(rng.random((900, 700)) < 0.02, 0, 255).astype(np.uint8)
    raster = make_upright(raster_of(noise, 100, 1))
    assert raster.turned == 0
    assert raster.pixels.shape == noise.shape


def test_tiny_pages_raise_no_error() -> None:
    for shape in ((1, 1), (3, 900), (900, 3), (40, 40)):
        make_upright(raster_of(np.zeros(shape, np.uint8), 100, 1))
