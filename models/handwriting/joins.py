"""Strokes between and below digits: digits that are written without lifting the pen, and the long
tail of a last 1, 4, 7 or 9.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import cv2
import numpy as np

from models.handwriting.strokes import Ink, curve

Point = tuple[float, float]
"""Column and row, in pixels."""
TAILED = "1479"
"""Digits that may end in a long tail."""
JOIN_WIDTHS, TAIL_WIDTHS = (2, 3, 4), (2, 3, 4, 5)
"""Widths of such strokes in pixels (chosen)."""
MIN_INK = 0.5
"""Ink (0..1) from which a pixel is part of a stroke (chosen)."""


def pen_leaves(ink: Ink, x: int, size: int) -> Point:
    """The rightmost point of ink that starts at column x: where a pen leaves a digit of `size`."""
    rows, columns = np.nonzero(ink > MIN_INK)
    if not len(columns):
        return (x, size)
    at = int(columns.argmax())
    return (x + int(columns[at]), int(rows[at]))


def pen_begins(ink: Ink, x: int, size: int) -> Point:
    """The leftmost point in the upper half of ink that starts at column x."""
    rows, columns = np.nonzero(ink > MIN_INK)
    if not len(rows):
        return (x, size)
    upper = np.flatnonzero(rows <= (int(rows.min()) + int(rows.max())) // 2)
    at = upper[columns[upper].argmin()]
    return (x + int(columns[at]), int(rows[at]))


def join(canvas: Ink, start: Point, end: Point, rng: random.Random) -> None:
    """Draw a stroke from the end of one digit to the beginning of the next."""
    bow = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + rng.randint(-3, 5))
    _draw(canvas, (start, bow, end), rng.choice(JOIN_WIDTHS))


def with_tail(line: Ink, size: int, rng: random.Random) -> Ink:
    """The line with a long stroke down from the lowest point of its last digit, on a higher canvas.
    `size`: height of a digit in pixels.
    """
    columns = np.flatnonzero(line.max(axis=0) > MIN_INK)
    if not len(columns):
        return line
    first = max(0, int(columns[-1]) - size // 2)
    rows, across = np.nonzero(line[:, first:] > MIN_INK)
    lowest = int(rows.argmax())
    x, y = first + int(across[lowest]), int(rows[lowest])
    long, lean = size * rng.uniform(0.2, 1.1), size * rng.gauss(-0.08, 0.1)
    tall: Ink = np.pad(line, ((0, round(1.3 * size)), (0, 0)))
    way = ((x, y), (x + lean * rng.uniform(0.2, 0.8), y + long / 2), (x + lean, y + long))
    _draw(tall, way, rng.choice(TAIL_WIDTHS))
    return tall


def _draw(canvas: Ink, way: Sequence[Point], width: int) -> None:
    """Draw a curve through the points; `width` in pixels."""
    points = np.array([(round(x * 16), round(y * 16)) for x, y in curve(tuple(way), 8)], np.int32)
    cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 1.0, width, cv2.LINE_AA, 4)
