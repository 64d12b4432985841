"""How far a page is turned: text lines make the sharpest profile when they lie level.

Method: the sharpness of the projection profile (Postl, 1986), searched coarse to fine.
A second, independent estimate comes from the slopes of whole text lines; where the two
disagree, the page is left as it is (OCRmyPDF users' pages were made crooked by one
estimator alone).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey
from ocr_extract.imaging.clean import ink_mask

MAX_SKEW = 15.0
"""Degrees searched to either side."""
SIDE = 1500
"""Pixels of the longer side on which angles are measured: finer gains nothing."""
MOST_POINTS, MOST_AT_FIRST = 120_000, 20_000
"""Ink pixels that angles are measured on; on fewer while steps are coarse."""
AGREEMENT = 0.6
"""Degrees within which the second estimate must confirm the first."""
LEAST_INK = 400
"""Ink pixels under which there is nothing to measure an angle on."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Skew:
    """`degrees` to turn counter-clockwise to make the lines level; `quarter` when they
    stand upright first (one quarter turn too). `confirmed`: both estimates agree.
    """

    degrees: float
    quarter: bool
    confirmed: bool


def measure_skew(pixels: Grey) -> Skew:
    """The skew of a page within +-15 degrees of a quarter turn; 0 when there is no ink."""
    mask = text_only(ink_mask(_binned(pixels)))
    points = _points(mask)
    if len(points) < LEAST_INK:
        return Skew(0.0, False, False)
    standing = points[:, ::-1] * np.array([1.0, -1.0])
    level, level_sharpness = _searched(points)
    upright, upright_sharpness = _searched(standing)
    quarter = upright_sharpness > level_sharpness
    angle = upright if quarter else level
    turned = np.ascontiguousarray(np.rot90(mask)) if quarter else mask
    return Skew(angle, quarter, _confirmed(turned, angle))


def _binned(pixels: Grey) -> Grey:
    """Every few pixels as one: whole numbers of them, which is five times faster."""
    step = max(1, round(max(pixels.shape) / SIDE))
    if step == 1:
        return pixels
    height, width = (side // step for side in pixels.shape)
    whole = pixels[: height * step, : width * step]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def text_only(mask: Grey) -> Grey:
    """Without what is far larger than a letter: borders, rules, photographs' edges."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    side = max(mask.shape)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    keep = (np.maximum(widths, heights) < side / 15) & (stats[:, cv2.CC_STAT_AREA] >= 3)
    keep[0] = False
    if count < 2 or not keep.any():
        return mask
    return np.where(keep[labels], np.uint8(255), np.uint8(0))


def _points(mask: Grey) -> Points:
    """Ink pixels as (x, y), thinned evenly to a bounded number: shape (n, 2)."""
    ys, xs = np.nonzero(mask)
    step = max(1, len(xs) // MOST_POINTS)
    return np.column_stack((xs[::step], ys[::step])).astype(np.float64)


def _searched(points: Points) -> tuple[float, float]:
    """The sharpest angle in degrees, and its sharpness: in steps of 0.5 and 0.1 on a few of
    the points, then of 0.02 and between them.
    """
    best, sharpness = 0.0, -1.0
    few = points[:: max(1, len(points) // MOST_AT_FIRST)]
    for reach, step, seen in ((MAX_SKEW, 0.5, few), (0.5, 0.1, few), (0.1, 0.02, points)):
        angles = best + np.arange(-reach, reach + step / 2, step)
        scores = [_sharpness(seen, float(angle)) for angle in angles]
        best, sharpness = float(angles[int(np.argmax(scores))]), max(scores)
    return _vertex(points, best, 0.04), sharpness


def _vertex(points: Points, angle: float, step: float) -> float:
    """The parabola's top through three samples around the sharpest angle."""
    low, mid, high = (_sharpness(points, angle + d) for d in (-step, 0.0, step))
    bend = low - 2 * mid + high
    shift = 0.5 * (low - high) / bend if bend < 0 else 0.0
    return angle + step * float(np.clip(shift, -1, 1))


def _sharpness(points: Points, degrees: float) -> float:
    """Energy of the profile's differences when the ink is turned counter-clockwise."""
    radians = np.deg2rad(degrees)
    rows = points[:, 1] * np.cos(radians) - points[:, 0] * np.sin(radians)
    rows -= rows.min()
    low = np.floor(rows).astype(np.int64)
    part = rows - low
    size = int(low.max()) + 2
    profile = np.bincount(low, weights=1 - part, minlength=size)
    profile += np.bincount(low + 1, weights=part, minlength=size)[:size]
    return float(np.square(np.diff(profile)).sum() / len(points))


def _confirmed(mask: Grey, degrees: float) -> bool:
    """Whether whole text lines, merged after turning, slope by less than AGREEMENT."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    level = cv2.warpAffine(mask, matrix, (width, height))
    merged = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, 31), np.uint8))
    slopes = _line_slopes(np.asarray(merged, dtype=np.uint8))
    if not slopes:
        return False
    return abs(float(np.median(slopes))) < AGREEMENT


def _line_slopes(merged: Grey) -> list[float]:
    """Slope in degrees of every component that is long and flat like a line of text."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(merged)
    slopes = []
    for index in range(1, count):
        x, y, w, h = (int(v) for v in stats[index, :4])
        if w < 80 or w < 4 * h:
            continue
        rows, columns = np.nonzero(labels[y : y + h, x : x + w] == index)
        slope = np.polyfit(columns, rows, 1)[0]
        slopes.append(float(np.rad2deg(np.arctan(slope))))
    return slopes
