"""Remove ruled lines and frames from a page, so that writing on a ruled line is not one piece with
it, and a stamp's outline is not a signature.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.binarize import ink_level, ink_mask
from ocr_extract.imaging.stamp_outlines import stamp_outlines


@dataclass(frozen=True)
class RuledLineLimits:
    """What is a ruled line, in points."""

    min_short_length: float = 30.0
    min_long_length: float = 120.0
    """Length in points of a ruled line: of a short one, and of one that is removed first
    (chosen). Straight strokes of writing are shorter than a short one, sides of a stamp
    shorter than a long one."""
    min_side_length: float = 24.0
    """Length in points from which an upright straight line is the side of a box, not a 1
    (chosen)."""
    max_corner_gap: float = 2.0
    """Points within which the sides of a box meet (chosen)."""
    max_thickness: float = 2.4
    """Largest thickness of a ruled line, in points (chosen)."""
    max_lean: float = 1.2
    """Largest slope in degrees of a ruled line on a page that was made upright (chosen)."""


LINES = RuledLineLimits()


@dataclass(frozen=True)
class FrameLimits:
    """What is a frame."""

    min_frame_size: tuple[float, float] = (30.0, 16.0)
    """Width and height in points above which a box or an oval may be a stamp's frame (chosen)."""
    max_frame_ink: float = 0.3
    """Largest share of its bounding box that a frame fills with ink, 0..1 (chosen)."""
    min_enclosed: float = 0.66
    """Smallest share of its bounding box that a frame encloses, 0..1 (chosen): an oval
    encloses 0.79."""
    max_frame_gap: float = 1.5
    """Largest gap in points in a frame, where a ruled line crossed it (chosen)."""
    min_squareness: float = 0.93
    """Smallest share of its enclosing rectangle that the convex hull of a box's inside fills, 0..1
    (chosen): that of an oval fills 0.79."""


FRAMES = FrameLimits()


@dataclass(frozen=True)
class CrossingLimits:
    """Where writing crosses a ruled line, and stays."""

    rim_width: int = 7
    """Size in pixels at 300 dpi of the square by which lines are widened to their pale rim
    (chosen)."""
    max_cut: float = 3.0
    """Largest gap in points that a crossing stroke leaves in a line (chosen)."""
    max_touch_distance: float = 1.5
    writing_reach: float = 12.0
    """Points from a line within which ink touches it, and within which the thickness of that
    writing is measured (chosen)."""
    max_overhang: float = 5.0
    """Largest length in points of a stroke beyond the writing that it is part of (chosen)."""
    max_thickness_ratio: float = 1.6
    """Ratio of thicknesses below which two strokes are of one pen (chosen)."""


CROSSING = CrossingLimits()

MAX_FRAMES = 40
"""Largest number of components that are tested as frames (chosen)."""


def without_ruled_lines(raster: Raster, region: Rect, level: float | None = None) -> Raster:
    """The page without long thin straight lines, boxes and stamp outlines within a region in
    points. Strokes that cross the lines stay whole, and the rest of the page is unchanged. `level`
    is the ink level of the whole page (see `ink_level`) when the caller has it.
    """
    place = raster.slices(region)
    part = raster.pixels[place]
    if not part.size:
        return raster
    mask = ink_mask(part, ink_level(raster.pixels) if level is None else level)
    # A long ruled line through a stamp is one piece with it, so it is removed first. Sides of
    # a box and flat parts of an oval are as straight as short ruled lines, which come later.
    long = _ruled_lines(mask, raster, LINES.min_long_length)
    rest = _without(mask, long)
    frames = _frames(rest, raster)
    frames = np.maximum(frames, _attached_boxes(_without(rest, frames), raster))
    short = _ruled_lines(_without(mask, np.maximum(long, frames)), raster, LINES.min_short_length)
    straight = np.maximum(long, short)
    writing = _without(mask, np.maximum(straight, frames))
    lines = np.maximum(frames, _without(straight, _flourishes(straight, writing, raster)))
    # A line that is a flourish, or is taken for one, is no part of an outline either.
    curved = _without(mask, np.maximum(lines, straight))
    lines = np.maximum(lines, stamp_outlines(mask, curved, raster))
    upright = np.ascontiguousarray(_without(mask, lines).T)
    lines = np.maximum(
        lines, _sides(_ruled_lines(upright, raster, LINES.min_side_length).T, lines, raster)
    )
    if not lines.any():
        return raster
    # The pale rim of a line is removed with it.
    rim = np.where(
        _without(mask, lines) > 0,
        0,
        cv2.dilate(lines, np.ones((CROSSING.rim_width, CROSSING.rim_width), np.uint8)),
    )
    pixels = raster.pixels.copy()
    pixels[place][rim > 0] = 255
    return raster.with_pixels(pixels, "rules removed")


def _flourishes(lines: Grey, writing: Grey, raster: Raster) -> Grey:
    """255 on lines that are strokes of the writing on them: they end where the writing ends, and
    are as thick. A ruled line reaches farther, or has another thickness.
    """
    flourishes = np.zeros_like(lines)
    if not lines.any():
        return flourishes
    # A stroke that crosses a line was left out of it, and cuts it.
    gap = np.ones((1, round(raster.length(CROSSING.max_cut)) | 1), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(lines, cv2.MORPH_CLOSE, gap)
    )
    for index in range(1, count):
        x, y, width, height = (int(v) for v in stats[index, :4])
        place = slice(y, y + height), slice(x, x + width)
        own = np.where(labels[place] == index, lines[place], np.uint8(0))
        if _is_stroke(own, writing, (x, y), raster):
            flourishes[place] = np.maximum(flourishes[place], own)
    return flourishes


def _is_stroke(own: Grey, writing: Grey, at: tuple[int, int], raster: Raster) -> bool:
    """Whether a line is part of the writing that touches it; `at` is the first pixel (x, y) of the
    line's box.
    """
    (x, y), (height, width) = at, own.shape
    touch, reach = (
        round(raster.length(CROSSING.max_touch_distance)),
        round(raster.length(CROSSING.writing_reach)),
    )
    rows = slice(max(0, y - touch), y + height + touch)
    touching = np.flatnonzero(writing[rows, x : x + width].max(axis=0))
    if not len(touching):
        return False
    if max(touching[0], width - 1 - touching[-1]) > raster.length(CROSSING.max_overhang):
        return False
    strokes = writing[max(0, y - reach) : y + height + reach, x : x + width]
    ratio = _thickness(own) / _thickness(strokes)
    return 1 / CROSSING.max_thickness_ratio < ratio < CROSSING.max_thickness_ratio


def _thickness(strokes: Grey) -> float:
    """Thickness of strokes in pixels: twice the 90th percentile of the distances to their edge. 1
    when there is no ink.
    """
    paper = cv2.copyMakeBorder(strokes, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = cv2.distanceTransform(paper, cv2.DIST_L2, 3)
    return 2.0 * float(np.percentile(inside[inside > 0], 90)) if strokes.any() else 1.0


def _sides(upright: Grey, lines: Grey, raster: Raster) -> Grey:
    """255 on those upright lines that end at level lines. They are sides of a box; strokes of
    handwriting end anywhere.
    """
    if not upright.any() or not lines.any():
        return np.zeros_like(lines)
    count, labels, _, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(upright))
    near = 2 * round(raster.length(LINES.max_corner_gap)) + 1
    level = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, near), np.uint8))
    reached = cv2.dilate(level, np.ones((near, near), np.uint8))
    touching = np.zeros(count, np.bool_)
    touching[np.unique(labels[reached > 0])] = True
    touching[0] = False
    return np.where(touching[labels], np.uint8(255), np.uint8(0))


def _frames(mask: Grey, raster: Raster) -> Grey:
    """255 on boxes and ovals as of stamps: large, hollow, and enclosing most of their bounding
    box.
    """
    _, raw, numbers, _ = cv2.connectedComponentsWithStats(mask)
    labels, stats = np.asarray(raw, np.int32), np.asarray(numbers, np.int32)
    is_frame = np.zeros(len(stats), np.bool_)
    wide, high = raster.length(FRAMES.min_frame_size[0]), raster.length(FRAMES.min_frame_size[1])
    gap = max(3, round(raster.length(FRAMES.max_frame_gap)))
    for index in np.flatnonzero((stats[:, 2] > wide) & (stats[:, 3] > high))[:MAX_FRAMES]:
        x, y, w, h, area = (int(v) for v in stats[index, :5])
        if index == 0 or area > FRAMES.max_frame_ink * w * h:
            continue
        own = (labels[y : y + h, x : x + w] == index).astype(np.uint8)
        own = np.asarray(cv2.dilate(own, np.ones((gap, gap), np.uint8)), np.uint8)
        outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        inside = sum(cv2.contourArea(np.asarray(outline, np.int32)) for outline in outlines)
        is_frame[index] = inside > FRAMES.min_enclosed * w * h
    if not is_frame.any():
        return np.zeros_like(mask)
    return np.where(is_frame[labels], np.uint8(255), np.uint8(0))


def _attached_boxes(mask: Grey, raster: Raster) -> Grey:
    """255 on the sides of boxes that other ink is attached to, as a ruled line that ends inside.
    Such a box is found by its inside, which is a rectangle but for that ink.
    """
    boxes = np.zeros_like(mask)
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return boxes
    side = 2 * round(raster.length(LINES.max_thickness))
    for outline, (_, _, _, parent) in zip(outlines, tree[0], strict=True):
        if parent >= 0 and (corners := _box_around(outline, raster)) is not None:
            cv2.polylines(boxes, [corners], isClosed=True, color=255, thickness=side)
    return np.asarray(cv2.bitwise_and(boxes, mask), np.uint8)


def _box_around(hole: cv2.typing.MatLike, raster: Raster) -> npt.NDArray[np.int32] | None:
    """The corners of the box, shape (4, 2), whose inside is this hole; None when it is no box."""
    wide, high = raster.length(FRAMES.min_frame_size[0]), raster.length(FRAMES.min_frame_size[1])
    _, _, width, height = cv2.boundingRect(hole)
    if width < wide or height < high:
        return None
    rectangle = cv2.minAreaRect(hole)
    area = rectangle[1][0] * rectangle[1][1]
    hull = cv2.contourArea(cv2.convexHull(hole))
    if hull < FRAMES.min_squareness * area or cv2.contourArea(hole) < FRAMES.min_enclosed * area:
        return None
    return np.round(cv2.boxPoints(rectangle)).astype(np.int32)


def _without(mask: Grey, lines: Grey) -> Grey:
    """The mask without the lines."""
    return np.asarray(cv2.subtract(mask, lines), dtype=np.uint8)


def _ruled_lines(mask: Grey, raster: Raster, min_length: float) -> Grey:
    """255 on level ruled lines of at least a length in points: long runs that are thin, without
    the strokes that cross them.
    """
    length, thick = (
        round(raster.length(min_length)),
        max(2, round(raster.length(LINES.max_thickness))),
    )
    # Odd sizes: an even kernel would shift the result.
    step = round(length * np.tan(np.deg2rad(LINES.max_lean))) | 1
    steady = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((step, 1), np.uint8))
    runs = _runs(np.asarray(steady, np.uint8), length)
    if not runs.any():
        return runs
    deep = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones(((thick + step) | 1, 1), np.uint8))
    thin = cv2.bitwise_and(cv2.subtract(runs, deep), mask)
    if not thin.any():
        return np.asarray(thin, dtype=np.uint8)
    grown = cv2.dilate(thin, np.ones((3, 1), np.uint8))
    ruled = np.asarray(cv2.bitwise_and(grown, mask), dtype=np.uint8)
    return np.asarray(cv2.subtract(ruled, _crossing(mask, ruled, thick)), dtype=np.uint8)


def _runs(mask: Grey, length: int) -> Grey:
    """255 on level runs of at least `length` pixels. Rows with less ink than that are skipped."""
    runs = np.zeros_like(mask)
    rows = np.flatnonzero(np.count_nonzero(mask, axis=1) >= length)
    if len(rows):
        runs[rows] = cv2.morphologyEx(mask[rows], cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    return runs


def _crossing(mask: Grey, ruled: Grey, thick: int) -> Grey:
    """Ink of strokes that pass through a ruled line: there is ink above and below it."""
    outside = np.asarray(cv2.subtract(mask, ruled), dtype=np.uint8)
    reach = np.ones((thick + 3, 1), np.uint8)
    reach[-1] = 0
    above = cv2.dilate(outside, reach, anchor=(0, thick + 2))
    below = cv2.dilate(outside, reach[::-1].copy(), anchor=(0, 0))
    return np.asarray(cv2.bitwise_and(cv2.bitwise_and(above, below), ruled), dtype=np.uint8)
