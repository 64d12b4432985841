"""Divides marks into the segments that they may consist of: lines, and what stands beside a gap.

A signature may touch the date below it, and then both are one mark. The segments are marks too, and
`assign` decides which of them is which field.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_extract.fields.marks import RUNS, Mark, shares_line
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.segmentation import segments_of


@dataclass(frozen=True)
class SegmentLimits:
    """Which segments of a mark are read, in points."""

    max_segments: int = 16
    """Segments of marks that are read (chosen)."""
    max_neighbour_height: float = 1.5
    """Height of a mark that continues a segment, as a multiple of the segment's, at most
    (chosen)."""
    date_reach: tuple[float, float] = (8.0, 40.0)
    line: float = 12.0
    """Points above and below the date's label within which segments are read first, and the
    distance of two lines of the form, by which the others follow (chosen)."""
    segments_per_turn: int = 2
    """Segments of one mark before those of the next one (chosen): a line, and the same line with
    what stands beside it."""
    max_label_overlap: float = 0.2
    """Overlap (0..1) of a segment and a label; the overlap is smaller than this (chosen)."""
    ascent: float = 3.0
    """Points by which large writing reaches up into the line above (chosen)."""
    min_segment_size: tuple[float, float] = (18.0, 4.0)
    """Width and height in points that a segment exceeds (chosen; "7/8/25" in small handwriting
    is wider)."""
    max_side_difference: float = 2.5
    """Points by which the sides of two rectangles differ, below which they are read as one
    (chosen)."""
    segment_strokes: int = 3
    """Number of strokes that a segment is assumed to have, since its strokes are not examined
    (chosen)."""


SEGMENTS = SegmentLimits()


def segments_of_marks(
    raster: Raster,
    ink: Grey,
    marks: Sequence[Mark],
    block: LocatedBlock,
    beside: Sequence[Mark] = (),
) -> tuple[Mark, ...]:
    """Segments that the larger pieces of ink may consist of, those where dates stand first: parts
    with little ink between them, and parts above and below the middle between two labels' lines;
    and the same parts with the marks of `beside` on their lines. `ink` is the mask of the whole
    page.
    """
    ink_marks = sorted((m for m in marks if m.kind == "ink"), key=lambda m: (-m.area, m.rect))
    neighbours = [m for m in beside if m.kind == "ink"]
    parts = [
        [
            part
            for rect in _parts_of(mark, raster, ink, block)
            if _is_large_enough(rect)
            for part in dict.fromkeys((rect, _with_neighbours(rect, neighbours)))
        ]
        for mark in ink_marks
    ]
    segments: list[Rect] = []
    mark_rects = [mark.rect for mark in (*marks, *neighbours)]
    for rect in sorted(_in_turns(parts), key=lambda rect: _lines_from_date(rect, block)):
        if not any(_is_same_crop(rect, other) for other in (*mark_rects, *segments)):
            segments.append(rect)
    return tuple(
        Mark("ink", rect, (), 0.0, SEGMENTS.segment_strokes)
        for rect in segments[: SEGMENTS.max_segments]
    )


def _parts_of(mark: Mark, raster: Raster, ink: Grey, block: LocatedBlock) -> tuple[Rect, ...]:
    """The segments that a piece of ink may consist of."""
    return (*segments_of(raster, ink, mark.rect), *_split_between_lines(mark.rect, block))


def _lines_from_date(rect: Rect, block: LocatedBlock) -> int:
    """How many lines a segment is away from where dates stand: its label's line and those below. 0
    without the label.
    """
    label = block.labels.get("date")
    if label is None:
        return 0
    top, bottom = label.rect.y0 - SEGMENTS.date_reach[0], label.rect.y1 + SEGMENTS.date_reach[1]
    middle = (rect.y0 + rect.y1) / 2
    return math.ceil(max(top - middle, middle - bottom, 0.0) / SEGMENTS.line)


def _with_neighbours(rect: Rect, marks: Sequence[Mark]) -> Rect:
    """A segment with the marks that begin or go on its line: the first digits of a date may stand
    apart from what touches the signature.
    """
    beside = [
        mark.rect
        for mark in marks
        if mark.height < SEGMENTS.max_neighbour_height * rect.height
        and max(mark.rect.x0 - rect.x1, rect.x0 - mark.rect.x1) < RUNS.max_ink_gap
        and shares_line(mark.rect, rect)
    ]
    return Rect.around((rect, *beside))


def _in_turns(parts: Sequence[Sequence[Rect]]) -> Iterator[Rect]:
    """The segments of all marks, some of each in turns: the largest mark may be a signature that
    has nothing to do with the date.
    """
    size = SEGMENTS.segments_per_turn
    for start in range(0, max(map(len, parts), default=0), size):
        for of_mark in parts:
            yield from of_mark[start : start + size]


def _is_same_crop(a: Rect, b: Rect) -> bool:
    """Whether a recognizer would see the same in both rectangles."""
    return all(
        abs(side - other_side) < SEGMENTS.max_side_difference
        for side, other_side in zip(a, b, strict=True)
    )


def _split_between_lines(rect: Rect, block: LocatedBlock) -> list[Rect]:
    """Segments above, below and between the middles between two labels' lines. Segments that a
    label's print fills are left out: the print would be read as the signer's entry.
    """
    labels = [label.rect for label in block.labels.values()]
    middles = sorted((label.y0 + label.y1) / 2 for label in labels)
    cuts = [(a + b) / 2 for a, b in pairwise(middles)]
    cuts_inside = [
        cut
        for cut in cuts
        if rect.y0 + SEGMENTS.min_segment_size[1] < cut < rect.y1 - SEGMENTS.min_segment_size[1]
    ]
    x0, y0, x1, y1 = rect
    segments = [
        segment
        for cut in cuts_inside
        for segment in (Rect(x0, y0, x1, cut), Rect(x0, cut - SEGMENTS.ascent, x1, y1))
    ]
    segments += [
        Rect(x0, above - SEGMENTS.ascent, x1, below) for above, below in pairwise(cuts_inside)
    ]
    return [
        segment
        for segment in segments
        if all(segment.overlap(label) < SEGMENTS.max_label_overlap for label in labels)
    ]


def _is_large_enough(rect: Rect) -> bool:
    """Whether a segment is as large as the shortest date."""
    return rect.width > SEGMENTS.min_segment_size[0] and rect.height > SEGMENTS.min_segment_size[1]
