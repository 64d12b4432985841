"""A large page is drawn at fewer pixels per inch."""

import pytest

from ocr_extract.settings import Settings
from ocr_extract.sources.resolution import MAX_INCHES, limited_dpi

LETTER = (8.5, 11.0)


@pytest.mark.parametrize(
    ("inches", "settings", "dpi"),
    [
        (LETTER, Settings(), 300.0),
        (LETTER, Settings(max_side=1100), 100.0),
        (LETTER, Settings(max_pixels=850 * 1100), 100.0),
        ((MAX_INCHES, 1.0), Settings(), 300.0),
        ((2.0, 2 * MAX_INCHES), Settings(), 150.0),
        ((2 * MAX_INCHES, 2.0), Settings(max_side=3300), 100.0),
    ],
)
def test_resolution_is_the_lowest_of_all_limits(
    inches: tuple[float, float], settings: Settings, dpi: float
) -> None:
    assert limited_dpi(inches, 300, settings) == pytest.approx(dpi)
