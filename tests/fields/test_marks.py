"""The marks of a signing block, and neighbours joined to one mark."""

import numpy as np
import pytest

from ocr_extract.fields.marks import Mark, marks_on_page
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Rect, raster_of
from ocr_extract.text import Line, Word


def _marks(block: LocatedBlock, *inks: Rect) -> list[Mark]:
    """The ink marks of a page with black rectangles, which are given in points."""
    page = raster_of(np.full((1000, 1400), 255, np.uint8), 144.0, 1)
    ink = np.zeros_like(page.pixels)
    for rect in inks:
        ink[page.slices(rect)] = 255
    return [mark for mark in marks_on_page(page, ink, [], block) if mark.kind == "ink"]


def _widest(marks: list[Mark]) -> Mark:
    return max(marks, key=lambda mark: mark.width)


def test_a_narrow_mark_is_not_joined_to_itself(block: LocatedBlock) -> None:
    """A comma is narrower than the overlap that neighbours may have."""
    word, comma, year = (
        Rect(120.0, 140.0, 150.0, 152.0), Rect(163.0, 146.0, 165.0, 153.0),
        Rect(178.0, 140.0, 210.0, 152.0),
    )  # fmt: skip
    marks = _marks(block, word, comma, year)
    whole = _widest(marks)
    assert (whole.rect.x0, whole.rect.x1) == pytest.approx((120.0, 210.0), abs=0.6)
    assert whole.strokes == 3
    assert all(mark.strokes <= 3 for mark in marks)


@pytest.mark.parametrize(("height", "joined"), [(10.0, False), (24.0, True)])
def test_only_large_writing_has_wide_gaps(block: LocatedBlock, height: float, joined: bool) -> None:
    day = Rect(120.0, 140.0, 150.0, 140.0 + height)
    year = Rect(182.0, 140.0, 220.0, 140.0 + height)
    assert (_widest(_marks(block, day, year)).width > 90.0) is joined


@pytest.mark.parametrize(("text", "source", "is_type"), [
    ("ny", "page", False), ("Yong", "page", True), ("ny", "pdf", True),
])  # fmt: skip
def test_few_letters_that_were_read_in_pixels_are_no_type(
    block: LocatedBlock, text: str, source: str, *, is_type: bool
) -> None:
    page = raster_of(np.full((1000, 1400), 255, np.uint8), 144.0, 1)
    word = Word(text, Rect(150.0, 112.0, 165.0, 121.0), 0.82, source)
    marks = marks_on_page(page, np.zeros_like(page.pixels), [Line((word,))], block)
    assert any(mark.kind == "text" for mark in marks) is is_type
