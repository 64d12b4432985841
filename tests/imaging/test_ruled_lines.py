import cv2
import numpy as np

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.ruled_lines import without_ruled_lines

DPI = 300


def _page() -> Grey:
    return np.full((300, 1200), 255, np.uint8)


def test_ruled_line_is_removed_and_crossing_stroke_stays() -> None:
    page = _page()
    cv2.line(page, (50, 200), (900, 203), 0, 4)
    cv2.line(page, (400, 100), (380, 280), 0, 6)
    result = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    assert (result[195:210, 500:890] < 128).mean() < 0.02
    assert (result[196:208, 375:405] < 128).sum() > 30


def test_writing_is_unchanged() -> None:
    page = _page()
    cv2.putText(page, "25/07/2025", (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels, page
    )


def test_thick_bar_is_not_a_ruled_line() -> None:
    page = _page()
    cv2.rectangle(page, (50, 150), (900, 190), 0, cv2.FILLED)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels, page
    )


def test_page_outside_the_region_is_unchanged() -> None:
    page = _page()
    cv2.line(page, (50, 200), (900, 203), 0, 4)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 30)).pixels, page
    )


def test_boxes_and_ovals_are_removed_and_text_in_them_stays() -> None:
    page = _page()
    cv2.rectangle(page, (60, 40), (460, 240), 0, 4)
    cv2.ellipse(page, (800, 140), (200, 90), 0, 0, 360, 0, 4)
    for x in (120, 700):
        cv2.putText(page, "OFFICE", (x, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 4)
    result = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    assert (result[:, 40:80] < 128).sum() == 0
    assert (result[:, 590:620] < 128).sum() == 0
    for inside in (np.s_[100:180, 110:350], np.s_[100:180, 690:930]):
        assert np.array_equal(result[inside], page[inside])


def test_box_with_a_ruled_line_that_ends_inside_is_removed() -> None:
    page = _page()
    cv2.line(page, (60, 98), (490, 104), 0, 4)
    cv2.rectangle(page, (400, 40), (760, 180), 0, 6)
    cv2.putText(page, "www", (480, 116), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 3)
    result = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    frame = np.zeros_like(page)
    cv2.rectangle(frame, (400, 40), (760, 180), 255, 6)
    assert (result[frame > 0] < 128).mean() < 0.02
    assert (result[106:118, 480:540] < 128).any(), "the text inside stays"


def test_loop_of_writing_with_a_line_attached_stays() -> None:
    page = _page()
    loop = np.array([(300, 180), (360, 60), (440, 50), (520, 200), (600, 220)], np.int32)
    cv2.polylines(page, [loop], isClosed=True, color=0, thickness=6)
    cv2.line(page, (440, 50), (560, 30), 0, 6)
    result = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    assert np.array_equal(result, page)


def _write_loops(page: Grey) -> None:
    for x in range(110, 500, 60):
        cv2.ellipse(page, (x, 160), (14, 38), 0, 0, 360, 0, 6, cv2.LINE_AA)


def test_line_as_long_and_thick_as_its_writing_stays() -> None:
    page = _page()
    _write_loops(page)
    cv2.line(page, (92, 198), (488, 198), 0, 6)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels, page
    )


def test_line_longer_or_thinner_than_its_writing_is_removed() -> None:
    for first, last, thick in ((92, 900, 6), (40, 488, 6), (92, 488, 2)):
        page = _page()
        _write_loops(page)
        cv2.line(page, (first, 198), (last, 198), 0, thick)
        result = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
        between = list(range(140, 470, 60))
        assert (result[198, between] > 128).all()
        assert (result[120:190] < 128).sum() == (page[120:190] < 128).sum()


def test_stamp_is_removed_that_a_line_with_writing_at_both_ends_runs_into() -> None:
    page = _page()
    cv2.putText(page, "25 September 2025", (40, 170), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    cv2.line(page, (44, 175), (960, 175), 0, 3)
    cv2.ellipse(page, (900, 120), (170, 85), 0, 0, 360, 0, 4)
    cv2.putText(page, "2025", (850, 171), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 0, 4)
    result = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    outline = np.zeros_like(page)
    cv2.ellipse(outline, (900, 120), (170, 85), 0, 0, 360, 255, 2)
    outline[:, :820], outline[167:183] = 0, 0
    assert (page[outline > 0] < 128).all()
    assert (result[outline > 0] < 128).mean() < 0.05
    assert np.array_equal(result[140:165, 850:950], page[140:165, 850:950]), "its text stays"
