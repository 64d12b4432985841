"""Pages that can be searched: their order, their kind, and places on paper."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.geometry import Grey, Raster, Rect, quarter_turned, raster_of
from ocr_extract.pages.page import (
    CHARACTER_HEIGHT,
    COLUMN_WIDTH,
    MIN_WELL_READ_SCORE,
    ROW_HEIGHT,
    PageView,
    annotation_at,
    ink_share,
    kind_of,
    legible_words,
    object_view,
    page_order,
    place_of,
    text_view,
)
from ocr_extract.records import Box
from ocr_extract.sources.pdf_annotations import Annotation
from ocr_extract.sources.pdf_objects import ObjectPage
from ocr_extract.text import Word

RECT = Rect(10.0, 20.0, 110.0, 40.0)


def _page(grey: int, share: float = 0.0) -> Grey:
    """A white page whose first rows, a share of all, are grey."""
    page = np.full((200, 100), 255, np.uint8)
    page[: round(200 * share)] = grey
    return page


def _view(raster: Raster | None, *, exact: bool = False) -> PageView:
    return PageView(3, raster, (), (), exact)


def _annotation(kind: str, rect: Rect = RECT) -> Annotation:
    return Annotation(kind, rect, "", "", sealed=False)


@given(st.integers(0, 30), st.integers(1, 40))
def test_pages_are_read_from_both_ends_each_once(pages: int, most: int) -> None:
    order = page_order(pages, most)
    assert len(order) == len(set(order)) == min(pages, most)
    count = len(order)
    ends = {*range(1, count // 2 + 1), *range(pages - (count + 1) // 2 + 1, pages + 1)}
    assert set(order) == ends


def test_last_page_is_read_before_the_first_one() -> None:
    assert page_order(5, 100) == [5, 1, 4, 2, 3]
    assert page_order(1, 100) == [1]


def test_text_is_laid_out_in_columns_and_rows() -> None:
    view = text_view("Date:\n\n  1  May")
    date, one, may = view.words
    assert date.rect == (0, 0, 5 * COLUMN_WIDTH, CHARACTER_HEIGHT)
    assert (one.text, may.text) == ("1", "May")
    assert (one.rect.y0, may.rect.y0) == (2 * ROW_HEIGHT, 2 * ROW_HEIGHT)
    assert may.rect.x0 > one.rect.x1
    assert [line.text for line in view.lines] == ["Date:", "1 May"]
    assert place_of(view, date.rect) is None


def test_blank_text_has_no_words() -> None:
    assert (text_view(" \n\n").words, text_view("").lines) == ((), ())


@pytest.mark.parametrize(
    ("text", "score", "count"),
    [("Date", MIN_WELL_READ_SCORE, 1), ("Date", MIN_WELL_READ_SCORE - 0.01, 0), ("to", 1.0, 0),
     ("2025", 1.0, 0), ("a1b2c", 1.0, 1), ("日本語", 1.0, 1)],
)  # fmt: skip
def test_word_is_legible_with_three_letters_and_a_sufficient_score(
    text: str, score: float, count: int
) -> None:
    assert legible_words([Word(text, RECT, score)]) == count


def test_ink_share_counts_pixels_that_are_darker_than_pale_grey() -> None:
    assert ink_share(_page(149, 0.25)) == pytest.approx(0.25)
    assert ink_share(_page(150, 0.25)) == 0.0


def test_kind_follows_from_the_paper_of_the_pages() -> None:
    digital = raster_of(_page(0, 0.2), 72, 1)
    scan = raster_of(_page(254, 0.3), 72, 1)
    photo = replace(digital, photographed=True)
    assert [kind_of([_view(r)]) for r in (digital, scan, photo)] == ["digital", "scan", "photo"]
    assert kind_of([_view(scan), _view(scan)]) == "scan"
    assert kind_of([_view(scan), _view(photo)]) == "mixed"


def test_white_page_that_is_an_image_is_a_scan_unless_it_was_photographed() -> None:
    white = raster_of(_page(0, 0.2), 72, 1)
    assert kind_of([_view(white)], pictures=()) == "digital"
    assert kind_of([_view(white)], pictures={3}) == "scan"
    assert kind_of([_view(white)], pictures={1}) == "digital"
    assert kind_of([_view(replace(white, photographed=True))], pictures={3}) == "photo"
    assert kind_of([_view(white, exact=True)], pictures={3}) == "digital"


def test_page_of_the_files_own_objects_is_digital_whatever_its_pixels() -> None:
    scan = raster_of(_page(254, 1.0), 72, 1)
    assert kind_of([_view(scan, exact=True)]) == "digital"
    assert kind_of([_view(None, exact=True), _view(scan)]) == "mixed"


def test_document_without_pages_that_show_it_has_an_unknown_kind() -> None:
    assert kind_of([]) == kind_of([text_view("Date: 1 May")]) == "unknown"


def test_annotation_is_preferred_to_the_image_and_paths_under_it() -> None:
    annotations = tuple(_annotation(kind) for kind in ("path", "image", "Ink"))
    for count, kind in ((3, "Ink"), (2, "image"), (1, "path")):
        view = replace(_view(None), annotations=annotations[:count])
        found = annotation_at(view, RECT)
        assert found is not None
        assert found.kind == kind


@pytest.mark.parametrize(("inside", "found"), [(0.61, True), (0.59, False), (0.0, False)])
def test_mark_lies_in_an_annotation_from_a_share_of_its_area(inside: float, found: bool) -> None:
    x0, y0, x1, y1 = RECT
    left = x0 + (1 - inside) * RECT.width
    view = replace(_view(None), annotations=(_annotation("Stamp", Rect(left, y0, x1 + 900, y1)),))
    assert (annotation_at(view, RECT) is not None) is found


def test_page_of_objects_keeps_hidden_words_apart_and_the_font_of_each_shown_word() -> None:
    shown, hidden = Word("Date:", RECT, 1.0, "pdf"), Word("2015", RECT, 1.0, "pdf")
    view = object_view(ObjectPage(2, (shown,), (hidden,), ("Times",), (_annotation("Ink"),)))
    assert (view.number, view.exact, view.raster) == (2, True, None)
    assert (view.words, view.hidden, view.fonts) == ((shown,), (hidden,), {shown: "Times"})
    assert [line.words for line in view.lines] == [(shown,)]


def test_place_on_a_page_of_objects_is_given_to_a_tenth_of_a_point() -> None:
    view = _view(raster_of(_page(0), 300, 3), exact=True)
    rect = Rect(1.04, 2.06, 3.0, 4.0)
    assert place_of(view, rect) == Box(page=3, x0=1.0, y0=2.1, x1=3.0, y1=4.0)


def test_place_on_a_turned_page_is_given_on_the_page_as_it_came() -> None:
    page = raster_of(_page(0), 144, 3)
    upside_down = quarter_turned(page, 2)
    place = place_of(_view(upside_down), Rect(0.0, 0.0, 10.0, 20.0))
    assert place is not None
    corners = (place.x0, place.y0, place.x1, place.y1)
    assert corners == pytest.approx((40.0, 80.0, 50.0, 100.0), abs=0.6)
    assert place_of(_view(page), Rect(0.0, 0.0, 10.0, 20.0)) == Box(
        page=3, x0=0, y0=0, x1=10, y1=20
    )
