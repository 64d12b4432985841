import cv2
import numpy as np
import pytest

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.ruled_lines import without_ruled_lines

DPI = 300


def _page() -> Grey:
    return np.full((800, 1200), 255, np.uint8)


def _remaining_ink(page: Grey) -> int:
    """Pixels of ink that remain without ruled lines, boxes and stamp outlines."""
    raster = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 192))
    return int(np.count_nonzero(ink_mask(raster.pixels)))


@pytest.mark.parametrize("turn", [0, 4, 90])
def test_stamp_outline_crossed_by_ruled_line_is_removed(turn: int) -> None:
    page = _page()
    cv2.ellipse(page, (700, 400), (180, 70), turn, 0, 360, 40, 4, cv2.LINE_AA)
    ring = int(np.count_nonzero(ink_mask(page)))
    cv2.line(page, (150, 410), (690, 412), 0, 3)
    assert _remaining_ink(page) < 0.1 * ring


def test_text_inside_stamp_outline_stays() -> None:
    page = _page()
    cv2.putText(page, "RECEIVED", (600, 415), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2, cv2.LINE_AA)
    text = int(np.count_nonzero(ink_mask(page)))
    cv2.ellipse(page, (690, 400), (180, 70), 0, 0, 360, 40, 4, cv2.LINE_AA)
    assert _remaining_ink(page) == pytest.approx(text, rel=0.05)


def test_loops_and_curves_of_a_signature_stay() -> None:
    page = _page()
    points = [(200 + 6 * i, 400 + round(90 * np.sin(i / 4))) for i in range(110)]
    cv2.polylines(page, [np.array(points, np.int32)], isClosed=False, color=0, thickness=4)
    cv2.ellipse(page, (500, 380), (260, 110), 10, 200, 400, 0, 4, cv2.LINE_AA)
    whole = int(np.count_nonzero(ink_mask(page)))
    assert _remaining_ink(page) > 0.95 * whole


def test_sides_of_box_crossed_by_ruled_line_are_removed() -> None:
    page = _page()
    cv2.rectangle(page, (500, 300), (900, 460), 40, 4)
    cv2.line(page, (150, 330), (800, 332), 0, 3)
    assert _remaining_ink(page) < 150


def test_result_is_the_same_in_every_run() -> None:
    page = _page()
    cv2.ellipse(page, (700, 400), (180, 70), 3, 0, 360, 40, 3, cv2.LINE_AA)
    first, second = (
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 192)) for _ in range(2)
    )
    assert np.array_equal(first.pixels, second.pixels)
