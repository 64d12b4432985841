"""Ruled lines out of a page, so that writing on a rule is not one piece with it."""

from __future__ import annotations

import cv2
import numpy as np

from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.clean import ink_mask

LEAST_LENGTH = 30.0
"""Points; the straight strokes of writing are shorter."""
THICKEST = 2.4
"""Points; a rule is thinner."""
LEAN = 1.2
"""Degrees that a rule may lean on a page made upright."""


def without_rules(raster: Raster) -> Raster:
    """The page without long thin straight lines; what crosses them stays whole."""
    mask = ink_mask(raster.pixels)
    rules = _rules(mask, raster)
    if not rules.any():
        return raster
    pixels = np.where(rules > 0, np.uint8(255), raster.pixels).astype(np.uint8)
    return raster.with_pixels(pixels, "rules removed")


def _rules(mask: Grey, raster: Raster) -> Grey:
    """255 on rules: long runs that are thin, and have no ink on both sides of them."""
    length, thick = round(raster.length(LEAST_LENGTH)), max(2, round(raster.length(THICKEST)))
    step = max(1, round(length * np.tan(np.deg2rad(LEAN))))
    steady = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((step, 1), np.uint8))
    runs = cv2.morphologyEx(steady, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    deep = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((thick + step, 1), np.uint8))
    thin = cv2.bitwise_and(cv2.subtract(runs, deep), mask)
    if not thin.any():
        return np.asarray(thin, dtype=np.uint8)
    grown = cv2.dilate(thin, np.ones((3, 1), np.uint8))
    rules = np.asarray(cv2.bitwise_and(grown, mask), dtype=np.uint8)
    return np.asarray(cv2.subtract(rules, _crossing(mask, rules, thick)), dtype=np.uint8)


def _crossing(mask: Grey, rules: Grey, thick: int) -> Grey:
    """Ink of strokes that pass through a rule: there is ink above it and below it."""
    outside = np.asarray(cv2.subtract(mask, rules), dtype=np.uint8)
    above = np.zeros_like(mask)
    below = np.zeros_like(mask)
    for shift in range(1, thick + 3):
        above[shift:] |= outside[:-shift]
        below[:-shift] |= outside[shift:]
    return np.asarray(cv2.bitwise_and(cv2.bitwise_and(above, below), rules), dtype=np.uint8)
