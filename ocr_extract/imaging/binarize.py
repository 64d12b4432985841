"""Even light and white paper: what a camera or a scanner added to the page is removed."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.resize import shrunk

MAX_PAPER_SPREAD = 12.0
"""Spread of the paper's grey levels (95th minus 5th percentile) above which shading is removed
(chosen)."""
PAPER_STEP = 8
"""Step in rows and columns at which the paper's grey is sampled (chosen)."""
MIN_WHITE = 245
"""Median grey level (0..255) from which paper counts as white already (chosen)."""
LIGHT_SIDE = 500
"""Longer side in pixels of the picture on which light is estimated (chosen)."""


def paper_of(pixels: Grey) -> Grey:
    """The page without what is on it: grey levels of the paper, shape as given. Closing over 1/25
    of the longer side replaces ink by the paper around it; a median blur joins the pieces.
    """
    height, width = pixels.shape
    small = shrunk(pixels, min(LIGHT_SIDE, max(height, width)))
    size = max(3, round(max(small.shape) / 25)) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth = cv2.medianBlur(np.asarray(closed, dtype=np.uint8), size)
    return np.asarray(cv2.resize(smooth, (width, height)), dtype=np.uint8)


def is_shaded(paper: Grey) -> bool:
    """Whether paper (as by `paper_of`) is grey or unevenly lit."""
    low, middle, high = np.percentile(paper[::PAPER_STEP, ::PAPER_STEP], (5, 50, 95))
    return bool(middle < MIN_WHITE or high - low > MAX_PAPER_SPREAD)


def flatten(raster: Raster) -> Raster:
    """The raster with white paper, and ink by its contrast with the paper around it. Unchanged
    when the paper is white and evenly lit; otherwise `photographed` is set.
    """
    paper = paper_of(raster.pixels)
    if not is_shaded(paper):
        return raster
    divided = cv2.divide(raster.pixels, np.maximum(paper, 1), scale=255)
    stretched = _stretched(np.asarray(divided, dtype=np.uint8))
    return replace(raster.with_pixels(stretched, "shading removed"), photographed=True)


def _stretched(pixels: Grey) -> Grey:
    """Grey levels stretched so that the darkest ink is black and faded print reads like print.
    Unchanged when that ink (percentile 0.3) is darker than 60 or lighter than 200.
    """
    dark = float(np.percentile(pixels, 0.3))
    if dark < 60 or dark > 200:
        return pixels
    lifted = (pixels.astype(np.float32) - dark) * (255.0 / (255.0 - dark))
    return np.asarray(np.clip(lifted, 0, 255), dtype=np.uint8)


MIN_CONTRAST, MAX_CONTRAST = 17.0, 50.0
"""Difference in grey levels between a thin stroke and the paper around it: on clean paper, and on
the noisiest (chosen)."""
MAX_STROKE_WIDTH = 21
"""Widest stroke in pixels at 300 dpi (chosen). Wider ink is a blot, or pasted paper."""
MAX_DARK_SHARE = 0.15
"""Share of a stroke's pixels that are dark, 0..1, below which the stroke is pale (chosen)."""
NOISE_DEVIATIONS = 6.0
"""Standard deviations of the paper's noise by which ink is darker than paper (chosen)."""


def fine_mask(pixels: Grey) -> Grey:
    """A mask like that of `ink_mask`, but with all of a thin or pale stroke. Ink is what is darker
    than the paper right around it by more than noise, so pasted grey paper is not ink. Gaps of one
    pixel in broken lines are closed.
    """
    kernel = np.ones((MAX_STROKE_WIDTH, MAX_STROKE_WIDTH), np.uint8)
    below = np.asarray(cv2.morphologyEx(pixels, cv2.MORPH_BLACKHAT, kernel), np.uint8)
    level = float(np.clip(2.0 + NOISE_DEVIATIONS * _noise(pixels), MIN_CONTRAST, MAX_CONTRAST))
    _, mask = cv2.threshold(below, level, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)


def _noise(pixels: Grey) -> float:
    """Standard deviation of the paper's grey levels, from their median distance to the paper's
    grey.
    """
    sample = np.ascontiguousarray(pixels[::2, ::2])
    paper = float(np.median(sample))
    spread = np.abs(sample[sample > paper - MAX_CONTRAST].astype(np.float32) - paper)
    return 1.48 * float(np.median(spread)) if spread.size else 0.0


def all_ink(dark: Grey, fine: Grey) -> Grey:
    """Dark ink, and pale strokes as a whole: pieces of the fine mask that contain hardly any dark
    pixels. Both masks and the result have one shape, 255 on ink and 0 on paper.

    Dark ink keeps its tight outline, so that neighbours do not run into each other.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(fine)
    dark_area = np.bincount(np.asarray(labels, dtype=np.int32)[dark > 0], minlength=count)
    pale = dark_area < MAX_DARK_SHARE * np.maximum(1, stats[:, cv2.CC_STAT_AREA])
    pale[0] = False
    if not pale.any():
        return dark
    values = np.where(pale, np.uint8(255), np.uint8(0))
    return np.asarray(np.maximum(dark, values[labels]), np.uint8)


def ink_mask(pixels: Grey, level: float | None = None) -> Grey:
    """255 on ink, 0 on paper; for a flattened raster. Where `pixels` are a part of a page, `level`
    is the ink level of the whole page, see `ink_level`.
    """
    threshold = ink_level(pixels) if level is None else level
    _, mask = cv2.threshold(pixels, threshold, 255, cv2.THRESH_BINARY_INV)
    return np.asarray(mask, dtype=np.uint8)


def ink_level(pixels: Grey, step: int = 2) -> float:
    """Highest grey level of ink, from every `step`th row and column: 150 to 215.

    The threshold is Otsu's, kept within that range: pale strokes of grey level 200 occur in the
    328 agreements that were counted, and sensor noise on white paper is not ink.
    """
    sample = np.ascontiguousarray(pixels[::step, ::step])
    otsu, _ = cv2.threshold(sample, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(np.clip(otsu, 150, 215))
