"""Divides a sheet on which two pages stand side by side: two pages were scanned or photographed
together, or printed on one sheet.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.segmentation import widest_gaps

MIN_LANDSCAPE = 1.15
"""Width divided by height from which an upright sheet may bear two pages (chosen: two pages side by
side have 1.3 to 1.55; agreements are printed in portrait format)."""
GUTTER_PLACE = (0.38, 0.62)
"""Part of the sheet's width, 0..1, in which the gutter between two pages lies (chosen)."""
MIN_GUTTER = 0.02
"""Width of the gutter as a share of the sheet's width, at least (chosen)."""
MAX_INK_IN_GUTTER = 0.02
"""Share (0..1) of dark pixels in a column of the gutter, at most: dust, a fold, and the dark edge
of a photo (chosen; columns of text have 0.07 and more)."""
MIN_ROWS_WITH_INK = 0.08
"""Share (0..1) of the rows that have ink on either page (chosen)."""


def pages_of_sheet(raster: Raster) -> tuple[Raster, ...]:
    """The pages of an upright sheet from left to right: two when there is a gutter in its middle
    and writing on both sides, otherwise the sheet itself.
    """
    if raster.width < MIN_LANDSCAPE * raster.height:
        return (raster,)
    ink = ink_mask(raster.pixels) > 0
    middle = _gutter(ink)
    if middle is None or not (_is_written(ink[:, :middle]) and _is_written(ink[:, middle:])):
        return (raster,)
    return (_cut(raster, 0, middle), _cut(raster, middle, raster.width))


def _gutter(ink: npt.NDArray[np.bool_]) -> int | None:
    """The middle column of the widest gutter; None without one."""
    width = ink.shape[1]
    first, last = (round(share * width) for share in GUTTER_PLACE)
    filled = ink[:, first:last].mean(axis=0) > MAX_INK_IN_GUTTER
    gaps = widest_gaps(np.pad(filled, 1, constant_values=True), MIN_GUTTER * width)
    return first - 1 + sum(gaps[0]) // 2 if gaps else None


def _is_written(ink: npt.NDArray[np.bool_]) -> bool:
    """Whether a page has writing on enough of its rows."""
    return bool(ink.any(axis=1).mean() >= MIN_ROWS_WITH_INK)


def _cut(raster: Raster, first: int, last: int) -> Raster:
    """The columns of a raster as a raster of its own, which still maps to the whole page."""
    shift = np.array([[1, 0, first], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
    pixels: Grey = np.ascontiguousarray(raster.pixels[:, first:last])
    note = "one of two pages side by side"
    return replace(
        raster, pixels=pixels, to_page=raster.to_page @ shift, notes=(*raster.notes, note)
    )
