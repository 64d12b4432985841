import cv2
import numpy as np

from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.components import crop_of, darkest_of, find_marks

DPI = 300
REGION = Rect(0.0, 0.0, 200.0, 100.0)


def _page() -> Grey:
    return np.full((420, 840), 255, np.uint8)


def _write(page: Grey, text: str, x: int, y: int, *, grey: int = 0, thick: int = 3) -> None:
    cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, grey, thick)


def _marks(page: Grey, printed=()):  # type: ignore[no-untyped-def]
    return find_marks(raster_of(page, DPI, 1), ink_mask(page), REGION, printed)


def test_each_group_of_writing_is_a_mark() -> None:
    page = _page()
    _write(page, "25/07/2025", 60, 100)
    _write(page, "Xyz", 500, 300)
    marks = _marks(page)
    assert len(marks) == 2
    assert marks[0].rect[0] < marks[1].rect[0]
    assert marks[0].strokes >= 5


def test_pale_strokes_are_ink() -> None:
    page = _page()
    _write(page, "Xyz", 60, 100, grey=200, thick=4)
    assert len(_marks(page)) == 1


def test_print_ruled_lines_borders_and_dust_are_not_marks() -> None:
    page = _page()
    _write(page, "Date:", 60, 100)
    cv2.line(page, (60, 200), (700, 202), 0, 4)
    page[:, 0:6] = 0
    cv2.circle(page, (600, 350), 3, 0, cv2.FILLED)
    printed = [Rect(10.0, 12.0, 50.0, 30.0)]
    assert _marks(page, printed) == ()


def test_dots_of_a_date_belong_to_its_mark() -> None:
    page = _page()
    _write(page, "25", 60, 100)
    _write(page, "07", 130, 100)
    (without,) = _marks(page)
    cv2.circle(page, (122, 98), 3, 0, cv2.FILLED)
    (mark,) = _marks(page)
    assert mark.strokes == without.strokes + 1


def test_ink_across_a_label_is_a_mark() -> None:
    page = _page()
    _write(page, "Date:", 60, 100)
    cv2.ellipse(page, (250, 80), (150, 60), 0, 0, 360, 0, 4)
    marks = _marks(page, [Rect(10.0, 12.0, 50.0, 30.0)])
    assert len(marks) == 1
    assert marks[0].width > 60


def test_empty_region_has_no_marks() -> None:
    assert _marks(_page()) == ()
    assert (
        find_marks(raster_of(_page(), DPI, 1), ink_mask(_page()), Rect(10, 10, 10.5, 10.5), ())
        == ()
    )


def test_crop_beyond_the_page_is_white() -> None:
    raster = raster_of(_page(), DPI, 1)
    crop = crop_of(raster, Rect(195.0, 95.0, 260.0, 130.0))
    assert crop.min() == 255
    assert crop.size > 0


def test_darkest_of_removes_paler_ink() -> None:
    page = _page()
    _write(page, "7", 60, 100, grey=150)
    _write(page, "1", 60, 100, grey=0)
    assert darkest_of(page)[page == 150].min() == 255
    assert (darkest_of(page) == 0).any()
