import cv2
import numpy as np

from ocr_extract.geometry import Grey, raster_of
from ocr_extract.imaging.rules import without_rules

DPI = 300


def _page() -> Grey:
    return np.full((300, 1200), 255, np.uint8)


def test_a_rule_goes_and_what_crosses_it_stays() -> None:
    page = _page()
    cv2.line(page, (50, 200), (900, 203), 0, 4)
    cv2.line(page, (400, 100), (380, 280), 0, 6)
    left = without_rules(raster_of(page, DPI, 1)).pixels
    assert (left[195:210, 500:890] < 128).mean() < 0.02
    assert (left[196:208, 375:405] < 128).sum() > 30


def test_writing_is_left_alone() -> None:
    page = _page()
    cv2.putText(page, "25/07/2025", (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    assert np.array_equal(without_rules(raster_of(page, DPI, 1)).pixels, page)


def test_thick_bars_are_no_rules() -> None:
    page = _page()
    cv2.rectangle(page, (50, 150), (900, 190), 0, cv2.FILLED)
    assert np.array_equal(without_rules(raster_of(page, DPI, 1)).pixels, page)
