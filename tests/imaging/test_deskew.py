import numpy as np
import pytest

from ocr_extract.imaging.deskew import measure_skew
from synthetic.degrade import turned
from tests.factory import text_lines

ANGLES = (-10.0, -4.3, -0.7, 0.0, 0.2, 1.9, 7.5, 10.0)


@pytest.mark.parametrize("angle", ANGLES)
def test_skew_is_measured_to_a_tenth_of_a_degree(angle: float) -> None:
    skew = measure_skew(turned(text_lines(), angle))
    assert skew.confirmed
    assert not skew.quarter
    assert skew.degrees == pytest.approx(-angle, abs=0.1)


@pytest.mark.parametrize("value", [255, 0, 128])
def test_angle_of_a_page_without_ink_is_not_confirmed(value: int) -> None:
    page = np.full((800, 600), value, np.uint8)
    assert not measure_skew(page).confirmed
