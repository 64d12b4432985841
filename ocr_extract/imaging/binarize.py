"""Shading out, paper white: what a camera or a scanner added to the page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.resize import shrunk

SHADED = 12.0
"""Spread of the paper's grey (5th to 95th percentile) from which shading is removed."""
COARSE = 8
"""Every so many rows and columns tell how the paper is lit."""
PAPER = 245
"""Median grey from which paper counts as white already."""
LIT = 500
"""Pixels of the longer side on which light is measured."""


def paper_of(pixels: Grey) -> Grey:
    """The paper without what is on it: shape as given. Closing over a 1/25 of the width
    lifts ink to the paper around it; the blur joins the pieces.
    """
    height, width = pixels.shape
    small = shrunk(pixels, min(LIT, max(height, width)))
    size = max(3, round(max(small.shape) / 25)) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth = cv2.medianBlur(np.asarray(closed, dtype=np.uint8), size)
    return np.asarray(cv2.resize(smooth, (width, height)), dtype=np.uint8)


def is_shaded(paper: Grey) -> bool:
    """Whether the paper is grey or unevenly lit."""
    low, middle, high = np.percentile(paper[::COARSE, ::COARSE], (5, 50, 95))
    return bool(middle < PAPER or high - low > SHADED)


def flatten(raster: Raster) -> Raster:
    """Paper to white and ink to its contrast with the paper around it."""
    paper = paper_of(raster.pixels)
    if not is_shaded(paper):
        return raster
    divided = cv2.divide(raster.pixels, np.maximum(paper, 1), scale=255)
    stretched = _stretched(np.asarray(divided, dtype=np.uint8))
    return replace(raster.with_pixels(stretched, "shading removed"), photographed=True)


def _stretched(pixels: Grey) -> Grey:
    """Black to where the darkest ink is, so that faded print reads like print."""
    dark = float(np.percentile(pixels, 0.3))
    if dark < 60 or dark > 200:
        return pixels
    lifted = (pixels.astype(np.float32) - dark) * (255.0 / (255.0 - dark))
    return np.asarray(np.clip(lifted, 0, 255), dtype=np.uint8)


MIN_CONTRAST, MAX_CONTRAST = 17.0, 50.0
"""Grey levels by which a thin stroke differs from the paper around it, on clean paper and on
the noisiest."""
STROKE = 21
"""Pixels at 300 dpi; what is wider is no stroke: a blot, or pasted paper."""
PALE = 0.15
"""Share of dark pixels up to which a stroke is pale."""
NOISE_AWAY = 6.0
"""Standard deviations from paper from which a pixel is no noise of it."""


def fine_mask(pixels: Grey) -> Grey:
    """As `ink_mask`, with all of a thin or pale stroke: what is darker than the paper right
    around it by more than noise, so that pasted grey paper is paper. Broken lines are closed
    over one pixel.
    """
    kernel = np.ones((STROKE, STROKE), np.uint8)
    below = np.asarray(cv2.morphologyEx(pixels, cv2.MORPH_BLACKHAT, kernel), np.uint8)
    level = float(np.clip(2.0 + NOISE_AWAY * _noise(pixels), MIN_CONTRAST, MAX_CONTRAST))
    _, mask = cv2.threshold(below, level, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)


def _noise(pixels: Grey) -> float:
    """Standard deviation of paper, from the median distance to its grey."""
    sample = np.ascontiguousarray(pixels[::2, ::2])
    paper = float(np.median(sample))
    spread = np.abs(sample[sample > paper - MAX_CONTRAST].astype(np.float32) - paper)
    return 1.48 * float(np.median(spread)) if spread.size else 0.0


def all_ink(dark: Grey, fine: Grey) -> Grey:
    """Dark ink, and pale strokes whole: pieces of the fine mask with hardly any dark in them.

    What is dark keeps its tight outline, so that neighbours do not run into each other.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(fine)
    of_piece = np.bincount(np.asarray(labels, dtype=np.int32)[dark > 0], minlength=count)
    pale = of_piece < PALE * np.maximum(1, stats[:, cv2.CC_STAT_AREA])
    pale[0] = False
    if not pale.any():
        return dark
    shown = np.where(pale, np.uint8(255), np.uint8(0))
    return np.asarray(np.maximum(dark, shown[labels]), np.uint8)


def ink_mask(pixels: Grey, level: float | None = None) -> Grey:
    """255 where there is ink, 0 on paper; made for a flattened raster. `level` is the
    whole page's, see `ink_level`, where the pixels are a part of it.
    """
    found = ink_level(pixels) if level is None else level
    _, mask = cv2.threshold(pixels, found, 255, cv2.THRESH_BINARY_INV)
    return np.asarray(mask, dtype=np.uint8)


def ink_level(pixels: Grey, step: int = 2) -> float:
    """Grey level up to which pixels are ink, from every `step`th row and column.

    The threshold is Otsu's, kept between 150 and 215: pale strokes of grey 200 are
    real (facts of 328 agreements), and sensor noise on white paper is not ink.
    """
    sample = np.ascontiguousarray(pixels[::step, ::step])
    otsu, _ = cv2.threshold(sample, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(np.clip(otsu, 150, 215))
