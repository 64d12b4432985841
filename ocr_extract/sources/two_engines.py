"""Whether two programs, poppler and PDFium, draw a page alike. They repair the structure of a
broken file in their own ways, so what both of them draw alike was not lost. Of a content that is
broken itself all programs lose the same: see `pdf_syntax.REPAIRED`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import open_objects

COMPARE_DPI = 100
"""Pixels per inch at which two drawings of a page are compared (chosen)."""
BLUR = 1.0
"""Standard deviation, in pixels, of the blur that evens out how edges are smoothed (chosen)."""
MIN_DIFFERENCE = 45
"""Difference in grey levels from which a pixel differs. Measured on 55 real agreements: smoothing
alone gives 45 on most pages."""
MAX_DIFFERING_PIXELS = 40
"""Most pixels that differ on pages that are drawn alike. Measured as above: twelve files with
broken data have at most 29; where the date or the signature was erased there are at least 93."""
MAX_SIDE_DIFFERENCE = 0.02
"""Largest difference of the two drawings' ratios of height to width, relative (chosen)."""
_NEIGHBOURS = np.ones((3, 3), np.uint8)
"""A pixel and those beside it: ink may be drawn one pixel away."""
_Differences = npt.NDArray[np.int16]


def pdfium_draws_alike(path: Path, number: int, drawn: Grey, settings: Settings) -> bool:
    """Whether PDFium draws a page (from 1) as another program has `drawn` it, at any resolution.
    False when PDFium cannot draw it.
    """
    with open_objects(path, settings) as objects:
        raster = objects.raster(number, COMPARE_DPI) if objects else None
    return raster is not None and drawn_alike(drawn, raster.pixels)


def drawn_alike(one: Grey, other: Grey) -> bool:
    """Whether two drawings show the same ink. `other` has COMPARE_DPI; `one` is resized to it."""
    height, width = other.shape
    ratio = (one.shape[0] / one.shape[1]) / (height / width)
    if abs(ratio - 1.0) > MAX_SIDE_DIFFERENCE:
        return False
    resized = np.asarray(cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    first, second = _blurred(resized), _blurred(other)
    differs = np.maximum(_beyond(first, second), _beyond(second, first)) > MIN_DIFFERENCE
    return int(differs.sum()) <= MAX_DIFFERING_PIXELS


def _blurred(pixels: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), BLUR), np.uint8)


def _beyond(pixels: Grey, other: Grey) -> _Differences:
    """How far each pixel is outside the range of the other's pixels around it, in grey levels."""
    darkest = np.asarray(cv2.erode(other, _NEIGHBOURS), np.int16)
    lightest = np.asarray(cv2.dilate(other, _NEIGHBOURS), np.int16)
    own = pixels.astype(np.int16)
    return np.asarray(np.maximum(darkest - own, own - lightest), np.int16)
