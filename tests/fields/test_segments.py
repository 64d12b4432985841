"""Marks divided into segments: their lines, and between the lines of the labels."""

import numpy as np

from ocr_extract.fields.marks import Mark
from ocr_extract.fields.segments import SEGMENTS, segments_of_marks
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Rect, raster_of


def _segments(rect: Rect, block: LocatedBlock) -> list[Rect]:
    page = raster_of(np.full((1000, 1000), 255, np.uint8), 300.0, 1)
    mark = Mark("ink", rect, (), 100.0, 2)
    return [
        segment.rect
        for segment in segments_of_marks(page, np.zeros_like(page.pixels), [mark], block)
    ]


def test_ink_on_three_lines_has_a_segment_between(block: LocatedBlock) -> None:
    """Ink reaches from the author's line into the date's line. The signature is the segment
    between.
    """
    segments = _segments(Rect(115.0, 98.0, 220.0, 136.0), block)
    assert Rect(115.0, 107.5, 220.0, 122.5) in segments


def test_ink_on_two_lines_has_no_segment_between(block: LocatedBlock) -> None:
    segments = _segments(Rect(115.0, 112.0, 220.0, 136.0), block)
    assert segments == [Rect(115.0, 112.0, 220.0, 122.5), Rect(115.0, 119.5, 220.0, 136.0)]


def test_each_mark_has_segments_however_many_the_larger_ones_have(block: LocatedBlock) -> None:
    """The largest ink is a signature of many lines; the date is below another one."""
    page = raster_of(np.full((1600, 1600), 255, np.uint8), 144.0, 1)
    ink = np.zeros_like(page.pixels)
    marks = []
    for number in range(5):
        column = 50.0 + 140 * number
        lines = [Rect(column, 200.0 + 30 * n, column + 100, 218.0 + 30 * n) for n in range(6)]
        for line in lines:
            ink[page.slices(line)] = 255
        marks.append(Mark("ink", Rect.around(lines), (), 900.0 - number, 9))
    segments = segments_of_marks(page, ink, marks, block)
    assert len(segments) == SEGMENTS.max_segments
    assert {segment.rect.x0 for segment in segments} == {mark.rect.x0 for mark in marks}


def test_digits_that_stand_before_a_segment_belong_to_it(block: LocatedBlock) -> None:
    """The signature and the rest of the date are one mark; the day stands apart, before it."""
    page = raster_of(np.full((1600, 1600), 255, np.uint8), 144.0, 1)
    ink = np.zeros_like(page.pixels)
    signature, date = Rect(270.0, 200.0, 400.0, 222.0), Rect(270.0, 230.0, 400.0, 250.0)
    day = Mark("ink", Rect(250.0, 232.0, 266.0, 248.0), (), 40.0, 2)
    for rect in (signature, date, day.rect):
        ink[page.slices(rect)] = 255
    whole = Mark("ink", Rect.around((signature, date)), (), 900.0, 9)
    segments = segments_of_marks(page, ink, [whole], block, [day, whole])
    assert any(s.rect.x0 == 250.0 and s.rect.y0 > 224.0 for s in segments)
    alone = segments_of_marks(page, ink, [whole], block)
    assert all(s.rect.x0 >= 270.0 for s in alone)


def test_segments_where_dates_stand_come_first(block: LocatedBlock) -> None:
    """The larger ink stands above the labels."""
    page = raster_of(np.full((1600, 1600), 255, np.uint8), 144.0, 1)
    ink = np.zeros_like(page.pixels)
    above = [Rect(150.0, top, 300.0, top + 14.0) for top in (20.0, 46.0)]
    below = [Rect(150.0, top, 300.0, top + 14.0) for top in (118.0, 144.0)]
    for line in (*above, *below):
        ink[page.slices(line)] = 255
    marks = [
        Mark("ink", Rect.around(above), (), 900.0, 9),
        Mark("ink", Rect.around(below), (), 400.0, 9),
    ]
    first, *_, last = segments_of_marks(page, ink, marks, block)
    assert first.rect.y0 > 110.0
    assert last.rect.y1 < 70.0
