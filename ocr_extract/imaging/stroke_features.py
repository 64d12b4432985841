"""How ink is drawn: the length, number and winding of its strokes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ocr_extract.geometry import Grey, Raster, Rect

MIN_STROKE = 1.5
"""Length in points of the shortest stroke (chosen); a shorter one is dust or a dot."""


@dataclass(frozen=True)
class InkShape:
    """Strokes of a mark. `length` is their total length in points, `longest` that of the longest
    connected piece, `pieces` their number. `winding` is the length of the longest piece over half
    the outline of its hull: 1 for a line, 2 for a ring, more for a scrawl.
    """

    length: float
    longest: float
    pieces: int
    winding: float


NO_INK = InkShape(0.0, 0.0, 0, 0.0)
"""The shape where there is no stroke."""


def shape_of(raster: Raster, ink: Grey, rect: Rect) -> InkShape:
    """The shape of the ink within a rectangle in points; `ink` is the mask of the whole page.
    NO_INK when there is no stroke.
    """
    x0, y0, x1, y1 = (round(raster.length(v)) for v in rect)
    mask = np.ascontiguousarray(ink[max(0, y0) : y1, max(0, x0) : x1])
    if not mask.any():
        return NO_INK
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    pieces = [_outline(labels, stats[i], i) for i in range(1, count)]
    scale = raster.points(1.0)
    lengths = [length * scale for length, _ in pieces]
    stroke_lengths = [length for length in lengths if length > MIN_STROKE]
    if not stroke_lengths:
        return NO_INK
    longest = int(np.argmax(lengths))
    half_hull = max(1.0, pieces[longest][1] / 2)
    winding = pieces[longest][0] / half_hull
    return InkShape(sum(stroke_lengths), lengths[longest], len(stroke_lengths), winding)


def _outline(labels: np.ndarray, box: np.ndarray, number: int) -> tuple[float, float]:
    """Stroke length and outline of the hull of one component, in pixels. A stroke has two sides,
    so its length is half of its outlines.
    """
    x, y, width, height = (int(v) for v in box[:4])
    own = (labels[y : y + height, x : x + width] == number).astype(np.uint8)
    contours, _ = cv2.findContours(own, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(contour, True) for contour in contours) / 2
    hull = cv2.convexHull(np.concatenate(contours))
    return float(length), float(cv2.arcLength(hull, True))
