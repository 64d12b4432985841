"""A page as it came is made upright and evenly lit; every step can be mapped back."""

from __future__ import annotations

from ocr_extract.geometry import Raster, quarter_turned, rotation
from ocr_extract.imaging.binarize import flatten
from ocr_extract.imaging.deskew import measure_skew
from ocr_extract.imaging.page_outline import straighten
from ocr_extract.imaging.side_by_side import pages_of_sheet

MIN_SKEW = 0.03
"""Angle in degrees below which a page is not turned (chosen): turning would cost more sharpness
than it gains, 0.4 pixels on a page."""


def upright_pages(raster: Raster) -> tuple[Raster, ...]:
    """The page made upright; two pages, each level, when they stand side by side on the sheet."""
    sheet = make_upright(raster)
    pages = pages_of_sheet(sheet)
    return pages if len(pages) == 1 else tuple(level(page) for page in pages)


def make_upright(raster: Raster) -> Raster:
    """The raster with the sheet cut out, shading removed, and lines level. Whether it is upside
    down is decided later, by reading: see `forms.locate`.
    """
    return level(flatten(straighten(raster)))


def level(raster: Raster) -> Raster:
    """The raster turned so that text lines are level. An angle that is not confirmed is noted, and
    not applied.
    """
    skew = measure_skew(raster.pixels)
    turned = quarter_turned(raster, 1) if skew.quarter and skew.confirmed else raster
    if abs(skew.degrees) < MIN_SKEW:
        return turned
    if not skew.confirmed:
        return turned.with_pixels(turned.pixels, "skew not confirmed: left as it is")
    matrix, size = rotation(turned.width, turned.height, skew.degrees)
    return turned.warped(matrix, size, turned=skew.degrees, note=f"turned {skew.degrees:.2f}")
