"""Smaller pictures show the same as large ones, in the same place."""

import numpy as np
import pytest

from ocr_extract.imaging.resize import binned, shrunk


def test_binned_pixel_is_the_mean_of_its_block() -> None:
    pixels = np.zeros((5, 7), np.uint8)
    pixels[0, :2] = 200
    assert binned(pixels, 2).tolist() == [[100, 0, 0], [0, 0, 0]]


def test_binned_by_one_is_the_picture_itself() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert binned(pixels, 1) is pixels


@pytest.mark.parametrize(("height", "width"), [(3300, 2550), (1700, 2201), (301, 400)])
def test_shrunk_picture_has_the_requested_size_and_same_places(height: int, width: int) -> None:
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
