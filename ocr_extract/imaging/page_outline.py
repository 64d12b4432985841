"""A photographed page: find the sheet, and remove perspective."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.resize import shrunk

Corners = npt.NDArray[np.float32]
"""Four corners in pixels, shape (4, 2): top left, top right, bottom right, bottom left."""

SHEET_INCHES = 11.35
"""Inches assumed for the longer side of a sheet (chosen): between letter (11.0) and A4 (11.7),
within 3 % of both."""
SEARCH_SIDE = 800
"""Longer side in pixels of the picture in which the sheet is searched (chosen)."""
MIN_AREA_SHARE = 0.3
"""Smallest share of the picture that a sheet covers, 0..1 (chosen)."""
MAX_AREA_SHARE = 0.985
"""Share of the picture, 0..1, from which the sheet is the whole picture and nothing is cut off
(chosen)."""
MIN_SHEET_CONTRAST = 18.0
"""Smallest difference in median grey levels between the sheet and what lies around it (chosen)."""


def straighten(raster: Raster) -> Raster:
    """The sheet alone, its corners at the raster's corners. Unchanged when no sheet with four
    corners stands out from darker surroundings; otherwise `photographed` is set, and `dpi` follows
    from SHEET_INCHES.
    """
    corners = find_sheet(raster.pixels)
    if corners is None:
        return raster
    size = _size(corners)
    width, height = size
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(corners, target), dtype=np.float64)
    sheet = raster.warped(matrix, size, note="sheet cut out, perspective removed")
    return replace(sheet, dpi=max(size) / SHEET_INCHES, photographed=True)


def find_sheet(pixels: Grey) -> Corners | None:
    """The corners of the one bright sheet in the picture, in its pixels, or None."""
    scale = SEARCH_SIDE / max(pixels.shape)
    small = shrunk(pixels, SEARCH_SIDE)
    blurred = cv2.GaussianBlur(small, (0, 0), 3)
    _, mask = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    sheet = cv2.convexHull(max(contours, key=cv2.contourArea))
    hull = np.asarray(sheet, dtype=np.int32)
    share = cv2.contourArea(sheet) / small.size
    if not MIN_AREA_SHARE < share < MAX_AREA_SHARE or not _stands_out(small, hull):
        return None
    corners = _four_corners(hull)
    return None if corners is None else _ordered(corners) / np.float32(scale)


def _stands_out(small: Grey, sheet: npt.NDArray[np.int32]) -> bool:
    """Whether the sheet is brighter than what lies around it, by median grey levels."""
    inside = np.zeros(small.shape, np.uint8)
    cv2.fillPoly(inside, [sheet], 255)
    outside = small[inside == 0]
    if outside.size < 100:
        return False
    return bool(np.median(small[inside > 0]) - np.median(outside) > MIN_SHEET_CONTRAST)


def _four_corners(hull: npt.NDArray[np.int32]) -> Corners | None:
    """The hull's four-sided approximation; None when there is none of nearly the same area."""
    length = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        polygon = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(polygon) == 4:
            area_ratio = cv2.contourArea(polygon) / max(1.0, cv2.contourArea(hull))
            corners = polygon.reshape(4, 2).astype(np.float32)
            return corners if 0.93 < area_ratio < 1.07 and _has_sheet_angles(corners) else None
    return None


def _has_sheet_angles(corners: Corners) -> bool:
    """Whether all angles are 60 to 120 degrees, as of a sheet that is seen not too far from the
    side.
    """
    for i in range(4):
        a, b, c = corners[i - 1], corners[i], corners[(i + 1) % 4]
        u, v = a - b, c - b
        cosine = float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v) + 1e-9))
        if abs(cosine) > 0.5:
            return False
    return True


def _ordered(corners: Corners) -> Corners:
    """The corners clockwise on the screen from the top left, by the extremes of x + y and of y -
    x.
    """
    total, difference = corners.sum(axis=1), corners[:, 1] - corners[:, 0]
    picks = (total.argmin(), difference.argmin(), total.argmax(), difference.argmax())
    return np.asarray(corners[list(picks)], dtype=np.float32)


def _size(corners: Corners) -> tuple[int, int]:
    """Width and height of the sheet in pixels: the longer of each pair of opposite sides."""
    tl, tr, br, bl = corners
    wide = max(np.linalg.norm(tr - tl), np.linalg.norm(br - bl))
    high = max(np.linalg.norm(bl - tl), np.linalg.norm(br - tr))
    return round(float(wide)), round(float(high))
