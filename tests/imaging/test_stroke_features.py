import cv2
import numpy as np
import pytest

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.binarize import all_ink, fine_mask, ink_mask
from ocr_extract.imaging.stroke_features import NO_INK, InkShape, shape_of

DPI = 288
SCALE = DPI / 72
WHOLE = Rect(0.0, 0.0, 200.0, 100.0)


def _blank() -> Grey:
    return np.full((400, 800), 255, np.uint8)


def _shape(page: Grey) -> InkShape:
    return shape_of(raster_of(page, DPI, 1), fine_mask(page), WHOLE)


def test_winding_grows_from_line_to_ring_to_scrawl() -> None:
    line, ring, scrawl = _blank(), _blank(), _blank()
    cv2.line(line, (80, 200), (640, 180), 0, 4)
    cv2.ellipse(ring, (400, 200), (240, 120), 0, 0, 360, 0, 4)
    points = [(100 + 6 * i, 200 + round(120 * np.sin(i / 3))) for i in range(100)]
    cv2.polylines(scrawl, [np.array(points, np.int32)], isClosed=False, color=0, thickness=4)
    line_shape, ring_shape, scrawl_shape = map(_shape, (line, ring, scrawl))
    assert line_shape.winding == pytest.approx(1.0, abs=0.1)
    assert ring_shape.winding == pytest.approx(2.0, abs=0.15)
    assert scrawl_shape.winding > 3
    assert line_shape.length == pytest.approx(140, rel=0.05)
    assert (line_shape.pieces, ring_shape.pieces) == (1, 1)


def test_pieces_are_counted_without_dust() -> None:
    page = _blank()
    for x in (100, 300, 500):
        cv2.line(page, (x, 100), (x, 260), 0, 4)
    page[380, 700] = 0
    shape = _shape(page)
    assert shape.pieces == 3
    assert shape.longest == pytest.approx(40, rel=0.1)
    assert _shape(_blank()) == NO_INK


def test_thin_pale_stroke_is_one_piece() -> None:
    page = _blank()
    cv2.line(page, (80, 100), (640, 300), 200, 1, cv2.LINE_AA)
    cv2.rectangle(page, (0, 340), (800, 400), 0, cv2.FILLED)  # print sets the threshold
    dark, fine = ink_mask(page), fine_mask(page)
    assert not dark[:330].any()
    shape = shape_of(raster_of(page, DPI, 1), fine, Rect(0.0, 0.0, 200.0, 84.0))
    assert shape.pieces == 1
    assert np.array_equal(all_ink(dark, fine)[:330], fine[:330])
