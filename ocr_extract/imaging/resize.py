"""Pictures in other sizes."""

from __future__ import annotations

import cv2
import numpy as np

from ocr_extract.geometry import Grey


def binned(pixels: Grey, step: int) -> Grey:
    """Blocks of `step` rows and columns as one pixel each, their mean. Rows and columns that do
    not fill a block are cut off. Unchanged when `step` is 1 or less.
    """
    if step <= 1:
        return pixels
    height, width = (side // step for side in pixels.shape)
    whole = pixels[: height * step, : width * step]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def shrunk(pixels: Grey, side: int) -> Grey:
    """The picture scaled so that its longer side has `side` pixels, less what the blocks cut off.
    It is scaled first by a whole number, which OpenCV does four times faster than by any other,
    then by the rest.
    """
    scale = side / max(pixels.shape)
    step = max(1, int(1 / scale))
    small = binned(pixels, step)
    height, width = (max(1, round(length * step * scale)) for length in small.shape)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def scaled(pixels: Grey, factor: float) -> Grey:
    """The picture with both sides times a factor: averaged when the factor is below 1,
    interpolated above.
    """
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how), np.uint8)
