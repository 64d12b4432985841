"""Oval outlines of stamps that other lines cross: ellipses with ink along nearly all of them.

A ruled line through the outline of a stamp leaves arcs. Each larger arc proposes an ellipse (least
squares: Fitzgibbon, Pilu & Fisher 1999). It is a stamp's outline when the page itself has ink
along it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster


@dataclass(frozen=True)
class OutlineSearch:
    """How stamp outlines are searched."""

    min_arc_size: tuple[float, float] = (12.0, 5.0)
    """Width and height in points above which a piece of ink may be an arc (chosen)."""
    min_inked_share: float = 0.88
    """Smallest share of an outline along which there is ink, 0..1 (chosen)."""
    outline_reach: float = 1.3
    """Distance in points from the outline in which its ink lies (chosen)."""
    outline_samples: int = 120
    """Number of points at which an outline is checked for ink (chosen)."""
    trials: int = 150
    points_per_trial: int = 6
    """Number of ellipses tried for an arc, and number of its points that propose each
    (chosen)."""
    max_arcs: int = 40
    """Largest number of arcs of a page that are tried (chosen)."""


SEARCH = OutlineSearch()

OUTLINE_AXES = (28.0, 170.0)
"""Smallest and largest longer axis of a stamp's outline, in points (chosen); the shorter axis is
at least half of the smallest."""

Points = npt.NDArray[np.int32]
Ellipse = tuple[tuple[float, float], tuple[float, float], float]


def stamp_outlines(page: Grey, left: Grey, raster: Raster) -> Grey:
    """255 on ink along the outlines of stamps, shape as given. `page` is the mask of all ink;
    `left` is the mask without the lines that were removed before.
    """
    stamp_mask = np.zeros_like(page)
    arcs = _arcs(left, raster)
    if not arcs:
        return stamp_mask
    near = max(2, round(raster.length(SEARCH.outline_reach)))
    grown = np.asarray(cv2.dilate(page, np.ones((near, near), np.uint8)), np.uint8)
    for arc in arcs:
        ellipse = _stamp_ellipse(arc, grown, raster)
        if ellipse is not None:
            cv2.ellipse(stamp_mask, ellipse, 255, 2 * near)
    return np.asarray(cv2.bitwise_and(stamp_mask, page), np.uint8)


def _arcs(left: Grey, raster: Raster) -> list[Points]:
    """Outer outlines of the larger pieces of ink, shape (n, 2) each. What lies inside a piece is
    not an outline.
    """
    wide, high = raster.length(SEARCH.min_arc_size[0]), raster.length(SEARCH.min_arc_size[1])
    outlines, _ = cv2.findContours(left, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    sized = [(cv2.boundingRect(outline), outline) for outline in outlines]
    large = [outline for (_, _, w, h), outline in sized if w > wide and h > high]
    return [np.asarray(outline, np.int32).reshape(-1, 2) for outline in large[: SEARCH.max_arcs]]


def _stamp_ellipse(arc: Points, grown: Grey, raster: Raster) -> Ellipse | None:
    """The outline of a stamp through most of an arc, or None. A few points propose each ellipse
    (random sample consensus: Fischler & Bolles 1981), because other lines may be attached to the
    arc. The points drawn are the same in every run.
    """
    drawn = np.random.default_rng(len(arc)).integers(
        len(arc), size=(SEARCH.trials, SEARCH.points_per_trial)
    )
    for points in arc[drawn].astype(np.float32):
        (cx, cy), (a, b), turn = cv2.fitEllipseDirect(points)
        ellipse = (float(cx), float(cy)), (float(a), float(b)), float(turn)
        if np.isfinite((cx, cy, a, b)).all() and _is_stamp_outline(ellipse, grown, raster):
            return ellipse
    return None


def _is_stamp_outline(ellipse: Ellipse, grown: Grey, raster: Raster) -> bool:
    """Whether an ellipse has the size of a stamp, and ink along it."""
    (cx, cy), axes, turn = ellipse
    min_axis, max_axis = raster.length(OUTLINE_AXES[0]), raster.length(OUTLINE_AXES[1])
    if not (max(axes) < max_axis and max(axes) > min_axis and min(axes) > min_axis / 2):
        return False
    angles = np.linspace(0.0, 2.0 * np.pi, SEARCH.outline_samples, endpoint=False)
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    u, v = axes[0] / 2 * np.cos(angles), axes[1] / 2 * np.sin(angles)
    xs = np.round(cx + u * cos - v * sin).astype(int)
    ys = np.round(cy + u * sin + v * cos).astype(int)
    inside = (xs >= 0) & (ys >= 0) & (xs < grown.shape[1]) & (ys < grown.shape[0])
    return bool(
        (grown[ys[inside], xs[inside]] > 0).sum() >= SEARCH.min_inked_share * SEARCH.outline_samples
    )
