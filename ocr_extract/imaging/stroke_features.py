"""How ink is drawn: how long its strokes are, how thick, how they wind."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ocr_extract.geometry import Grey, Raster, Rect

MIN_STROKE = 1.5
"""Points; a shorter outline is dust or a dot."""


@dataclass(frozen=True)
class InkShape:
    """Strokes of a mark, in points: their length together and that of the longest piece that
    hangs together; how many pieces there are; and how the longest winds: its length over half
    its hull's outline, 1 for a line, 2 for a ring, more for a scrawl.
    """

    length: float
    longest: float
    pieces: int
    winding: float


NO_INK = InkShape(0.0, 0.0, 0, 0.0)


def shape_of(raster: Raster, ink: Grey, rect: Rect) -> InkShape:
    """The shape of the ink within a rectangle in points; `ink` is the whole page's mask."""
    x0, y0, x1, y1 = (round(raster.length(v)) for v in rect)
    mask = np.ascontiguousarray(ink[max(0, y0) : y1, max(0, x0) : x1])
    if not mask.any():
        return NO_INK
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    pieces = [_outline(labels, stats[i], i) for i in range(1, count)]
    scale = raster.points(1.0)
    lengths = [length * scale for length, _ in pieces]
    seen = [length for length in lengths if length > MIN_STROKE]
    if not seen:
        return NO_INK
    first = int(np.argmax(lengths))
    half_hull = max(1.0, pieces[first][1] / 2)
    winding = pieces[first][0] / half_hull
    return InkShape(sum(seen), lengths[first], len(seen), winding)


def _outline(labels: np.ndarray, box: np.ndarray, number: int) -> tuple[float, float]:
    """Stroke length and the hull's outline of one component, in pixels: a stroke has two
    sides, so that its outlines together are twice as long as it is.
    """
    x, y, width, height = (int(v) for v in box[:4])
    own = (labels[y : y + height, x : x + width] == number).astype(np.uint8)
    contours, _ = cv2.findContours(own, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(contour, True) for contour in contours) / 2
    hull = cv2.convexHull(np.concatenate(contours))
    return float(length), float(cv2.arcLength(hull, True))
