import cv2
import numpy as np
import pytest

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.ruled_lines import without_ruled_lines

DPI = 300


def _page() -> Grey:
    return np.full((800, 1200), 255, np.uint8)


def _left(page: Grey) -> int:
    """Pixels of ink that are left without rules, boxes and rings."""
    raster = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 192))
    return int(np.count_nonzero(ink_mask(raster.pixels)))


@pytest.mark.parametrize("turn", [0, 4, 90])
def test_a_ring_that_a_rule_crosses_goes(turn: int) -> None:
    page = _page()
    cv2.ellipse(page, (700, 400), (180, 70), turn, 0, 360, 40, 4, cv2.LINE_AA)
    ring = int(np.count_nonzero(ink_mask(page)))
    cv2.line(page, (150, 410), (690, 412), 0, 3)
    assert _left(page) < 0.1 * ring


def test_what_stands_in_a_ring_stays() -> None:
    page = _page()
    cv2.putText(page, "RECEIVED", (600, 415), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2, cv2.LINE_AA)
    text = int(np.count_nonzero(ink_mask(page)))
    cv2.ellipse(page, (690, 400), (180, 70), 0, 0, 360, 40, 4, cv2.LINE_AA)
    assert _left(page) == pytest.approx(text, rel=0.05)


def test_the_loops_and_swings_of_a_signature_stay() -> None:
    page = _page()
    points = [(200 + 6 * i, 400 + round(90 * np.sin(i / 4))) for i in range(110)]
    cv2.polylines(page, [np.array(points, np.int32)], isClosed=False, color=0, thickness=4)
    cv2.ellipse(page, (500, 380), (260, 110), 10, 200, 400, 0, 4, cv2.LINE_AA)
    whole = int(np.count_nonzero(ink_mask(page)))
    assert _left(page) > 0.95 * whole


def test_the_sides_of_a_box_that_a_rule_crosses_go() -> None:
    page = _page()
    cv2.rectangle(page, (500, 300), (900, 460), 40, 4)
    cv2.line(page, (150, 330), (800, 332), 0, 3)
    assert _left(page) < 150


def test_the_same_ring_goes_every_time() -> None:
    page = _page()
    cv2.ellipse(page, (700, 400), (180, 70), 3, 0, 360, 40, 3, cv2.LINE_AA)
    first, second = (
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 192)) for _ in range(2)
    )
    assert np.array_equal(first.pixels, second.pixels)
