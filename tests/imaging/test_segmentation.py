import cv2
import numpy as np

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.segmentation import segments_of, valleys, widest_gaps, without_tails

DPI = 300
SCALE = 72 / DPI


def _page() -> Grey:
    return np.full((420, 900), 255, np.uint8)


def _ink_box(page: Grey) -> Rect:
    rows, columns = np.flatnonzero((page < 128).any(1)), np.flatnonzero((page < 128).any(0))
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    return Rect(*(float(v) * SCALE for v in box))


def _segments(page: Grey, rect: Rect | None = None) -> tuple[Rect, ...]:
    return segments_of(raster_of(page, DPI, 1), ink_mask(page), rect or _ink_box(page))


def _near(rect: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 4 for a, b in zip(rect, wanted, strict=True))


def test_date_that_touches_signature_above_is_a_segment() -> None:
    page = _page()
    cv2.putText(page, "Mira Feld", (60, 120), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 3, 0, 4)
    date = _page()
    cv2.putText(date, "2025.07.24", (60, 280), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 0, 4)
    page = np.minimum(page, date)
    cv2.line(page, (200, 80), (210, 240), 0, 4)
    segments = _segments(page)
    assert any(_near(rect, _ink_box(date)) for rect in segments), segments


def test_date_right_of_signature_is_a_segment() -> None:
    page = _page()
    cv2.putText(page, "Feld", (30, 120), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 3, 0, 4)
    date = _page()
    cv2.putText(date, "24.7.25", (330, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    page = np.minimum(page, date)
    segments = _segments(page)
    assert any(_near(rect, _ink_box(date)) for rect in segments), segments


def test_small_word_is_not_divided() -> None:
    page = _page()
    cv2.putText(page, "ok", (60, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 3)
    assert _segments(page) == ()


def test_white_page_has_no_segments() -> None:
    assert _segments(_page(), Rect(0.0, 0.0, 200.0, 90.0)) == ()


def test_valleys_are_between_lines() -> None:
    profile = np.array([0, 5, 9, 5, 0, 0, 4, 8, 4, 0], float)
    assert valleys(profile, 2) in ([4], [5])


def test_gaps_are_inside_and_sorted_by_width() -> None:
    filled = np.array([0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0], bool)
    assert widest_gaps(filled, 1) == [(6, 9), (4, 5)]


def test_core_excludes_a_long_tail() -> None:
    page = _page()
    cv2.putText(page, "2025.07.2", (60, 120), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 0, 4)
    digits = _ink_box(page)
    cv2.line(page, (500, 70), (490, 190), 0, 4)
    core = without_tails(raster_of(page, DPI, 1), ink_mask(page), _ink_box(page))
    assert core.height < 1.6 * digits.height
    assert core.y0 <= digits.y0 + 4
    assert core.y1 >= digits.y1 - 4
