"""Rings of stamps that other lines cross: ellipses along which there is ink nearly all round.

A rule through a ring leaves arcs. Each larger arc proposes an ellipse (least squares:
Fitzgibbon, Pilu & Fisher 1999); it is a ring when the page itself has ink along it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster

ARC = (12.0, 5.0)
"""Width and height in points from which a piece of ink may be an arc."""
RING = (28.0, 170.0)
"""Axes of a stamp's ring in points: its shorter one half of the first at least."""
INKED = 0.88
"""Share of a ring's outline along which there is ink."""
BESIDE = 1.3
"""Points beside the outline in which its ink lies."""
STEPS = 120
TRIALS, FEW = 150, 6
MAX_ARCS = 40

Points = npt.NDArray[np.int32]
Ellipse = tuple[tuple[float, float], tuple[float, float], float]


def rings(page: Grey, left: Grey, raster: Raster) -> Grey:
    """255 along the rings of a mask; `page` is all ink, `left` what other rules left of it."""
    found = np.zeros_like(page)
    outlines = _outlines(left, raster)
    if not outlines:
        return found
    near = max(2, round(raster.length(BESIDE)))
    grown = np.asarray(cv2.dilate(page, np.ones((near, near), np.uint8)), np.uint8)
    for outline in outlines:
        ellipse = _ring_through(outline, grown, raster)
        if ellipse is not None:
            cv2.ellipse(found, ellipse, 255, 2 * near)
    return np.asarray(cv2.bitwise_and(found, page), np.uint8)


def _outlines(left: Grey, raster: Raster) -> list[Points]:
    """Outer outlines of the larger pieces of ink, shape (n, 2); what is inside is no ring."""
    wide, high = raster.length(ARC[0]), raster.length(ARC[1])
    every, _ = cv2.findContours(left, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    sized = [(cv2.boundingRect(outline), outline) for outline in every]
    large = [outline for (_, _, w, h), outline in sized if w > wide and h > high]
    return [np.asarray(outline, np.int32).reshape(-1, 2) for outline in large[:MAX_ARCS]]


def _ring_through(outline: Points, grown: Grey, raster: Raster) -> Ellipse | None:
    """A ring through most of an outline: few points propose an ellipse (random sample
    consensus: Fischler & Bolles 1981), for other lines may hang on it. The points drawn
    are the same in every run.
    """
    drawn = np.random.default_rng(len(outline)).integers(len(outline), size=(TRIALS, FEW))
    for few in outline[drawn].astype(np.float32):
        (cx, cy), (a, b), turn = cv2.fitEllipseDirect(few)
        ellipse = (float(cx), float(cy)), (float(a), float(b)), float(turn)
        if np.isfinite((cx, cy, a, b)).all() and _is_ring(ellipse, grown, raster):
            return ellipse
    return None


def _is_ring(ellipse: Ellipse, grown: Grey, raster: Raster) -> bool:
    """Whether an ellipse has a stamp's size, and ink along it."""
    (cx, cy), axes, turn = ellipse
    least, most = raster.length(RING[0]), raster.length(RING[1])
    if not (max(axes) < most and max(axes) > least and min(axes) > least / 2):
        return False
    angles = np.linspace(0.0, 2.0 * np.pi, STEPS, endpoint=False)
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    u, v = axes[0] / 2 * np.cos(angles), axes[1] / 2 * np.sin(angles)
    xs = np.round(cx + u * cos - v * sin).astype(int)
    ys = np.round(cy + u * sin + v * cos).astype(int)
    inside = (xs >= 0) & (ys >= 0) & (xs < grown.shape[1]) & (ys < grown.shape[0])
    return bool((grown[ys[inside], xs[inside]] > 0).sum() >= INKED * STEPS)
