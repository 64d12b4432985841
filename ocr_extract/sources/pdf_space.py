"""The map from a PDF's user space to points of the page as displayed."""

from __future__ import annotations

import ctypes

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_extract.geometry import Rect

DEVICE_UNITS = 100
"""Device units per point (chosen): PDFium converts to whole units."""
SAMPLE_DISTANCE = 1000.0
"""Distance in points over which PDFium's conversion is sampled (chosen)."""
Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) of x' = a x + b y + c, y' = d x + e y + f."""


def to_display(page: pdfium.PdfPage) -> Affine:
    """The map from PDF user space to points of the displayed page (/Rotate, crop box, y down)."""
    origin, along, up = (
        _device(page, x, y) for x, y in ((0, 0), (SAMPLE_DISTANCE, 0), (0, SAMPLE_DISTANCE))
    )
    return (
        (along[0] - origin[0]) / SAMPLE_DISTANCE,
        (up[0] - origin[0]) / SAMPLE_DISTANCE,
        origin[0],
        (along[1] - origin[1]) / SAMPLE_DISTANCE,
        (up[1] - origin[1]) / SAMPLE_DISTANCE,
        origin[1],
    )


def _device(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    width, height = page.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()
    size = (round(width * DEVICE_UNITS), round(height * DEVICE_UNITS))
    pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value / DEVICE_UNITS, down.value / DEVICE_UNITS


def displayed_rect(left: float, right: float, bottom: float, top: float, page_map: Affine) -> Rect:
    """A box of PDF user space in points of the page as displayed. `page_map` is of `to_display`."""
    a, b, c, d, e, f = page_map
    xs = (a * left + b * bottom + c, a * right + b * top + c)
    ys = (d * left + e * bottom + f, d * right + e * top + f)
    return Rect(min(xs), min(ys), max(xs), max(ys))
