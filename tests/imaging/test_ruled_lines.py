import cv2
import numpy as np

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.ruled_lines import without_ruled_lines

DPI = 300


def _page() -> Grey:
    return np.full((300, 1200), 255, np.uint8)


def test_a_rule_goes_and_what_crosses_it_stays() -> None:
    page = _page()
    cv2.line(page, (50, 200), (900, 203), 0, 4)
    cv2.line(page, (400, 100), (380, 280), 0, 6)
    left = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    assert (left[195:210, 500:890] < 128).mean() < 0.02
    assert (left[196:208, 375:405] < 128).sum() > 30


def test_writing_is_left_alone() -> None:
    page = _page()
    cv2.putText(page, "25/07/2025", (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels, page
    )


def test_thick_bars_are_no_rules() -> None:
    page = _page()
    cv2.rectangle(page, (50, 150), (900, 190), 0, cv2.FILLED)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels, page
    )


def test_the_rest_of_the_page_is_left_as_it_is() -> None:
    page = _page()
    cv2.line(page, (50, 200), (900, 203), 0, 4)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 30)).pixels, page
    )


def test_boxes_and_rings_go_and_what_stands_in_them_stays() -> None:
    page = _page()
    cv2.rectangle(page, (60, 40), (460, 240), 0, 4)
    cv2.ellipse(page, (800, 140), (200, 90), 0, 0, 360, 0, 4)
    for x in (120, 700):
        cv2.putText(page, "OFFICE", (x, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 4)
    left = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
    assert (left[:, 40:80] < 128).sum() == 0
    assert (left[:, 590:620] < 128).sum() == 0
    for inside in (np.s_[100:180, 110:350], np.s_[100:180, 690:930]):
        assert np.array_equal(left[inside], page[inside])


def _scrawl(page: Grey) -> None:
    for x in range(110, 500, 60):
        cv2.ellipse(page, (x, 160), (14, 38), 0, 0, 360, 0, 6, cv2.LINE_AA)


def test_a_flourish_is_a_stroke_of_the_writing_on_it() -> None:
    page = _page()
    _scrawl(page)
    cv2.line(page, (92, 198), (488, 198), 0, 6)
    assert np.array_equal(
        without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels, page
    )


def test_a_rule_reaches_beyond_the_writing_on_it_or_is_thinner() -> None:
    for first, last, thick in ((92, 900, 6), (40, 488, 6), (92, 488, 2)):
        page = _page()
        _scrawl(page)
        cv2.line(page, (first, 198), (last, 198), 0, thick)
        left = without_ruled_lines(raster_of(page, DPI, 1), Rect(0, 0, 2000, 80)).pixels
        between = list(range(140, 470, 60))
        assert (left[198, between] > 128).all()
        assert (left[120:190] < 128).sum() == (page[120:190] < 128).sum()
