"""How far a page is turned: the row profile of text is sharpest when its lines are level.

Method: the sharpness of the projection profile (Postl, 1986), searched in coarse and then in fine
steps. A second, independent estimate comes from the slopes of whole text lines. Where the two
disagree, the page is left as it is (with one estimator alone, pages of OCRmyPDF's users were made
crooked).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.resize import binned

MAX_SKEW = 15.0
"""Largest angle in degrees that is searched to either side (chosen)."""
MEASURING_SIDE = 1500
"""Longer side in pixels of the picture on which angles are estimated (chosen): a larger picture
gains nothing."""
MAX_POINTS, MAX_COARSE_POINTS = 120_000, 20_000
"""Largest number of ink pixels used for an angle: in fine steps, and in coarse steps (chosen)."""
MAX_DISAGREEMENT = 0.6
"""Degrees within which the second estimate must confirm the first (chosen)."""
MIN_INK_PIXELS = 400
"""Number of ink pixels below which no angle is estimated (chosen)."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Skew:
    """`degrees`: angle to turn counter-clockwise to make the lines level. `quarter`: the lines
    stand upright, and a quarter turn comes first. `confirmed`: both estimates agree.
    """

    degrees: float
    quarter: bool
    confirmed: bool


def measure_skew(pixels: Grey) -> Skew:
    """The skew of a page within 15 degrees of level or of a quarter turn. 0 degrees, not
    confirmed, when there is too little ink.
    """
    step = max(1, round(max(pixels.shape) / MEASURING_SIDE))
    mask = text_only(ink_mask(binned(pixels, step)))
    points = _points(mask)
    if points.shape[1] < MIN_INK_PIXELS:
        return Skew(0.0, False, False)
    quarter_points = np.stack((points[1], -points[0]))
    level, quarter_level = _coarse_angle(points), _coarse_angle(quarter_points)
    quarter = _sharpness(quarter_points, quarter_level) > _sharpness(points, level)
    angle = _fine_angle(quarter_points, quarter_level) if quarter else _fine_angle(points, level)
    turned = np.ascontiguousarray(np.rot90(mask)) if quarter else mask
    return Skew(angle, quarter, _confirmed(turned, angle))


def text_only(mask: Grey) -> Grey:
    """The mask without what is far larger than a letter: borders, ruled lines, edges of
    photographs. Unchanged when nothing has a letter's size.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    side = max(mask.shape)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    letters = (np.maximum(widths, heights) < side / 15) & (stats[:, cv2.CC_STAT_AREA] >= 3)
    letters[0] = False
    if not letters.any():
        return mask
    return np.asarray(np.where(letters, np.uint8(255), np.uint8(0))[labels], np.uint8)


def _points(mask: Grey) -> Points:
    """Coordinates of ink pixels, evenly thinned to a limited number: x and y, shape (2, n)."""
    if not mask.any():
        return np.empty((2, 0))
    places = np.asarray(cv2.findNonZero(mask)).reshape(-1, 2)
    return np.ascontiguousarray(places[:: max(1, len(places) // MAX_POINTS)].T, dtype=np.float64)


def _coarse_angle(points: Points) -> float:
    """The sharpest angle in degrees, to 0.1, from a part of the points."""
    few = np.ascontiguousarray(points[:, :: max(1, points.shape[1] // MAX_COARSE_POINTS)])
    return _sharpest_angle(few, _sharpest_angle(few, 0.0, MAX_SKEW, 0.5), 0.5, 0.1)


def _fine_angle(points: Points, angle: float) -> float:
    """The sharpest angle within 0.1 degrees of the given one: in steps of 0.02, then between
    steps.
    """
    return _parabola_vertex(points, _sharpest_angle(points, angle, 0.1, 0.02), 0.04)


def _sharpest_angle(points: Points, centre: float, reach: float, step: float) -> float:
    """The sharpest angle from `centre` - `reach` to `centre` + `reach`, in degrees."""
    angles = centre + np.arange(-reach, reach + step / 2, step)
    return float(max(angles, key=lambda angle: _sharpness(points, float(angle))))


def _parabola_vertex(points: Points, angle: float, step: float) -> float:
    """The vertex of the parabola through three samples around the sharpest angle."""
    low, mid, high = (_sharpness(points, angle + d) for d in (-step, 0.0, step))
    bend = low - 2 * mid + high
    shift = 0.5 * (low - high) / bend if bend < 0 else 0.0
    return angle + step * float(np.clip(shift, -1, 1))


def _sharpness(points: Points, degrees: float) -> float:
    """Energy of the profile's differences, per point, when the ink is turned counter-clockwise."""
    radians = np.deg2rad(degrees)
    rows = points[1] * np.cos(radians) - points[0] * np.sin(radians)
    rows -= rows.min()
    # A point between two rows is divided between them.
    upper = rows.astype(np.int64)
    below = np.bincount(upper, weights=rows - upper)
    profile = np.append(np.bincount(upper) - below, 0.0)
    profile[1:] += below
    change = np.diff(profile)
    return float(np.square(change).sum() / points.shape[1])


def _confirmed(mask: Grey, degrees: float) -> bool:
    """Whether whole text lines, merged after turning, slope by less than MAX_DISAGREEMENT."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    level = cv2.warpAffine(mask, matrix, (width, height))
    merged = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, 31), np.uint8))
    slopes = _line_slopes(np.asarray(merged, dtype=np.uint8))
    if not slopes:
        return False
    return abs(float(np.median(slopes))) < MAX_DISAGREEMENT


def _line_slopes(merged: Grey) -> list[float]:
    """Slope in degrees of every component that is long and flat like a line of text."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(merged)
    slopes = []
    for index in range(1, count):
        x, y, w, h = (int(v) for v in stats[index, :4])
        if w < 80 or w < 4 * h:
            continue
        line = (labels[y : y + h, x : x + w] == index).view(np.uint8)
        moments = cv2.moments(line, binaryImage=True)
        # The straight line of least squares through its pixels.
        slopes.append(float(np.rad2deg(np.arctan(moments["mu11"] / moments["mu20"]))))
    return slopes
