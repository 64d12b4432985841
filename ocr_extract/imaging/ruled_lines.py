"""Ruled lines and frames out of a page, so that writing on a rule is not one piece with it,
and a stamp's ring no signature.
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.binarize import ink_level, ink_mask
from ocr_extract.imaging.stamp_outlines import rings

MIN_LENGTH, LONG = 30.0, 120.0
"""Points; the straight strokes of writing are shorter, the sides of a stamp than the other."""
SIDE = 24.0
"""Points; an upright straight line as long is the side of a box, not a 1."""
CORNER = 2.0
"""Points within which the sides of a box meet."""
THICKEST = 2.4
"""Points; a rule is thinner."""
FRAME = (30.0, 16.0)
"""Width and height from which a box or a ring may be a stamp's."""
HOLLOW = 0.3
"""Most ink of a frame, as a share of its box."""
ENCLOSED = 0.66
"""What a frame encloses at least, as a share of its box: a ring encloses 0.79."""
GAP = 1.5
"""Points that are missing of a frame where a rule crossed it."""
RIM = 7
"""Pixels at 300 dpi over which the pale rim of a line reaches."""
CUT = 3.0
"""Points of a line that a stroke which crosses it takes out."""
TOUCHING, HIGH = 1.5, 12.0
"""Points from a line within which ink touches it, and within which that writing is looked at."""
OVERHANG = 5.0
"""Points by which a stroke may reach beyond the writing that it is part of."""
AS_THICK = 1.6
"""Ratio of thicknesses up to which two strokes are one pen's."""
MAX_FRAMES = 40
LEAN = 1.2
"""Degrees that a rule may lean on a page made upright."""


def without_ruled_lines(raster: Raster, region: Rect, level: float | None = None) -> Raster:
    """The page without long thin straight lines, boxes and rings within a region in points;
    what crosses the lines stays whole. The rest of the page is left as it is. `level` is
    the page's ink level, when it is known.
    """
    place = raster.slices(region)
    part = raster.pixels[place]
    if not part.size:
        return raster
    mask = ink_mask(part, ink_level(raster.pixels) if level is None else level)
    # A rule that runs through a stamp makes one piece with it, and goes first; the sides of
    # a box and the flat parts of a ring are as straight as short rules, which go later.
    long = _rules(mask, raster, LONG)
    frames = _frames(_without(mask, long), raster)
    short = _rules(_without(mask, np.maximum(long, frames)), raster, MIN_LENGTH)
    straight = np.maximum(long, short)
    writing = _without(mask, np.maximum(straight, frames))
    lines = np.maximum(frames, _without(straight, _flourishes(straight, writing, raster)))
    lines = np.maximum(lines, rings(mask, _without(mask, lines), raster))
    upright = np.ascontiguousarray(_without(mask, lines).T)
    lines = np.maximum(lines, _sides(_rules(upright, raster, SIDE).T, lines, raster))
    if not lines.any():
        return raster
    # The pale rim of a line's pixels goes with it.
    rim = np.where(_without(mask, lines) > 0, 0, cv2.dilate(lines, np.ones((RIM, RIM), np.uint8)))
    pixels = raster.pixels.copy()
    pixels[place][rim > 0] = 255
    return raster.with_pixels(pixels, "rules removed")


def _flourishes(lines: Grey, writing: Grey, raster: Raster) -> Grey:
    """255 on lines that are strokes of the writing on them: they end where that ends, and
    are as thick. A rule reaches farther, or is another pen's.
    """
    found = np.zeros_like(lines)
    if not lines.any():
        return found
    # What crosses a line was left out of it, and cuts it.
    gap = np.ones((1, round(raster.length(CUT)) | 1), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(lines, cv2.MORPH_CLOSE, gap)
    )
    for index in range(1, count):
        x, y, width, height = (int(v) for v in stats[index, :4])
        place = slice(y, y + height), slice(x, x + width)
        own = np.where(labels[place] == index, lines[place], np.uint8(0))
        if _is_stroke(own, writing, (x, y), raster):
            found[place] = np.maximum(found[place], own)
    return found


def _is_stroke(own: Grey, writing: Grey, at: tuple[int, int], raster: Raster) -> bool:
    """Whether a line, whose box begins at a pixel, is part of the writing that touches it."""
    (x, y), (height, width) = at, own.shape
    near, high = round(raster.length(TOUCHING)), round(raster.length(HIGH))
    rows = slice(max(0, y - near), y + height + near)
    touching = np.flatnonzero(writing[rows, x : x + width].max(axis=0))
    if not len(touching):
        return False
    if max(touching[0], width - 1 - touching[-1]) > raster.length(OVERHANG):
        return False
    strokes = writing[max(0, y - high) : y + height + high, x : x + width]
    ratio = _thickness(own) / _thickness(strokes)
    return 1 / AS_THICK < ratio < AS_THICK


def _thickness(strokes: Grey) -> float:
    """Pixels: of a stroke's distances to its edge the largest tenth are half of it."""
    paper = cv2.copyMakeBorder(strokes, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = cv2.distanceTransform(paper, cv2.DIST_L2, 3)
    return 2.0 * float(np.percentile(inside[inside > 0], 90)) if strokes.any() else 1.0


def _sides(upright: Grey, lines: Grey, raster: Raster) -> Grey:
    """Of upright lines those that end where level lines are: sides of a box, whose tops are
    straight, while the strokes of a hand end anywhere.
    """
    if not upright.any() or not lines.any():
        return np.zeros_like(lines)
    count, labels, _, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(upright))
    near = 2 * round(raster.length(CORNER)) + 1
    level = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, near), np.uint8))
    reached = cv2.dilate(level, np.ones((near, near), np.uint8))
    touching = np.zeros(count, np.bool_)
    touching[np.unique(labels[reached > 0])] = True
    touching[0] = False
    return np.where(touching[labels], np.uint8(255), np.uint8(0))


def _frames(mask: Grey, raster: Raster) -> Grey:
    """255 on boxes and rings, as of stamps: large, hollow, and as full as their outline."""
    _, raw, numbers, _ = cv2.connectedComponentsWithStats(mask)
    labels, stats = np.asarray(raw, np.int32), np.asarray(numbers, np.int32)
    found = np.zeros(len(stats), np.bool_)
    wide, high = raster.length(FRAME[0]), raster.length(FRAME[1])
    gap = max(3, round(raster.length(GAP)))
    for index in np.flatnonzero((stats[:, 2] > wide) & (stats[:, 3] > high))[:MAX_FRAMES]:
        x, y, w, h, area = (int(v) for v in stats[index, :5])
        if index == 0 or area > HOLLOW * w * h:
            continue
        own = (labels[y : y + h, x : x + w] == index).astype(np.uint8)
        own = np.asarray(cv2.dilate(own, np.ones((gap, gap), np.uint8)), np.uint8)
        outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        inside = sum(cv2.contourArea(np.asarray(outline, np.int32)) for outline in outlines)
        found[index] = inside > ENCLOSED * w * h
    if not found.any():
        return np.zeros_like(mask)
    return np.where(found[labels], np.uint8(255), np.uint8(0))


def _without(mask: Grey, lines: Grey) -> Grey:
    return np.asarray(cv2.subtract(mask, lines), dtype=np.uint8)


def _rules(mask: Grey, raster: Raster, least: float) -> Grey:
    """255 on rules: long runs that are thin, and have no ink on both sides of them."""
    length, thick = round(raster.length(least)), max(2, round(raster.length(THICKEST)))
    # Odd sizes: an even kernel would shift what it leaves.
    step = round(length * np.tan(np.deg2rad(LEAN))) | 1
    steady = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((step, 1), np.uint8))
    runs = _runs(np.asarray(steady, np.uint8), length)
    if not runs.any():
        return runs
    deep = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones(((thick + step) | 1, 1), np.uint8))
    thin = cv2.bitwise_and(cv2.subtract(runs, deep), mask)
    if not thin.any():
        return np.asarray(thin, dtype=np.uint8)
    grown = cv2.dilate(thin, np.ones((3, 1), np.uint8))
    rules = np.asarray(cv2.bitwise_and(grown, mask), dtype=np.uint8)
    return np.asarray(cv2.subtract(rules, _crossing(mask, rules, thick)), dtype=np.uint8)


def _runs(mask: Grey, length: int) -> Grey:
    """255 on level runs of so many pixels; rows that have not as much ink are not opened."""
    found = np.zeros_like(mask)
    rows = np.flatnonzero(np.count_nonzero(mask, axis=1) >= length)
    if len(rows):
        found[rows] = cv2.morphologyEx(mask[rows], cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    return found


def _crossing(mask: Grey, rules: Grey, thick: int) -> Grey:
    """Ink of strokes that pass through a rule: there is ink above it and below it."""
    outside = np.asarray(cv2.subtract(mask, rules), dtype=np.uint8)
    reach = np.ones((thick + 3, 1), np.uint8)
    reach[-1] = 0
    above = cv2.dilate(outside, reach, anchor=(0, thick + 2))
    below = cv2.dilate(outside, reach[::-1].copy(), anchor=(0, 0))
    return np.asarray(cv2.bitwise_and(cv2.bitwise_and(above, below), rules), dtype=np.uint8)
