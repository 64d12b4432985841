"""Smaller pictures show what the large ones do, in the same place."""

import numpy as np
import pytest

from ocr_extract.imaging.resize import binned, shrunk


def test_a_bin_is_the_mean_of_its_pixels() -> None:
    pixels = np.zeros((5, 7), np.uint8)
    pixels[0, :2] = 200
    assert binned(pixels, 2).tolist() == [[100, 0, 0], [0, 0, 0]]


def test_one_row_and_column_a_bin_is_the_picture_itself() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert binned(pixels, 1) is pixels


@pytest.mark.parametrize(("height", "width"), [(3300, 2550), (1700, 2201), (301, 400)])
def test_the_scale_is_as_asked_and_things_stay_where_they_are(height: int, width: int) -> None:
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 4 : height // 2, width // 2 : 3 * width // 4] = 0
    small = shrunk(pixels, 400)
    assert max(small.shape) in (399, 400)
    rows, columns = np.nonzero(small < 128)
    scale = 400 / max(height, width)
    assert rows.min() == pytest.approx(height / 4 * scale, abs=1.0)
    assert rows.max() + 1 == pytest.approx(height / 2 * scale, abs=1.0)
    assert columns.min() == pytest.approx(width / 2 * scale, abs=1.0)
    assert columns.max() + 1 == pytest.approx(3 * width / 4 * scale, abs=1.0)
