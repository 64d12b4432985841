"""A photographed page: find the sheet, and look at it straight from above."""

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
"""Longer side of a sheet: between letter (11.0) and A4 (11.7), 3 % from either."""
SIDE = 800
"""Pixels of the longer side on which the sheet is sought."""
MIN_AREA = 0.3
"""Share of the picture that a sheet covers at least."""
FULL_AREA = 0.985
"""Share from which the sheet is the picture, and there is nothing to cut."""
MIN_CONTRAST = 18.0
"""Grey levels between the sheet and what lies around it."""


def straighten(raster: Raster) -> Raster:
    """The sheet alone, its corners at the raster's corners; as given when no sheet with
    four corners stands out from a darker surrounding.
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
    """The corners of the one bright sheet in the picture, or None."""
    scale = SIDE / max(pixels.shape)
    small = shrunk(pixels, SIDE)
    blurred = cv2.GaussianBlur(small, (0, 0), 3)
    _, mask = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    sheet = cv2.convexHull(max(contours, key=cv2.contourArea))
    hull = np.asarray(sheet, dtype=np.int32)
    share = cv2.contourArea(sheet) / small.size
    if not MIN_AREA < share < FULL_AREA or not _stands_out(small, hull):
        return None
    corners = _four_corners(hull)
    return None if corners is None else _ordered(corners) / np.float32(scale)


def _stands_out(small: Grey, sheet: npt.NDArray[np.int32]) -> bool:
    inside = np.zeros(small.shape, np.uint8)
    cv2.fillPoly(inside, [sheet], 255)
    outside = small[inside == 0]
    if outside.size < 100:
        return False
    return bool(np.median(small[inside > 0]) - np.median(outside) > MIN_CONTRAST)


def _four_corners(hull: npt.NDArray[np.int32]) -> Corners | None:
    """The hull's four-sided approximation, if one covers nearly the same area."""
    length = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        rough = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(rough) == 4:
            kept = cv2.contourArea(rough) / max(1.0, cv2.contourArea(hull))
            corners = rough.reshape(4, 2).astype(np.float32)
            return corners if 0.93 < kept < 1.07 and _is_sheet(corners) else None
    return None


def _is_sheet(corners: Corners) -> bool:
    """Angles of a sheet seen from not too far aside: 60 to 120 degrees each."""
    for i in range(4):
        a, b, c = corners[i - 1], corners[i], corners[(i + 1) % 4]
        u, v = a - b, c - b
        cosine = float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v) + 1e-9))
        if abs(cosine) > 0.5:
            return False
    return True


def _ordered(corners: Corners) -> Corners:
    """Clockwise on the screen from the top left: extremes of x + y and of y - x."""
    total, difference = corners.sum(axis=1), corners[:, 1] - corners[:, 0]
    picks = (total.argmin(), difference.argmin(), total.argmax(), difference.argmax())
    return np.asarray(corners[list(picks)], dtype=np.float32)


def _size(corners: Corners) -> tuple[int, int]:
    """Width and height of the sheet: the longer of each pair of opposite sides."""
    tl, tr, br, bl = corners
    wide = max(np.linalg.norm(tr - tl), np.linalg.norm(br - bl))
    high = max(np.linalg.norm(bl - tl), np.linalg.norm(br - tr))
    return round(float(wide)), round(float(high))
