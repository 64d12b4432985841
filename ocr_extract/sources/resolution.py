"""At how many pixels per inch a page is drawn: as asked, or fewer where the page is large."""

from __future__ import annotations

import math

from ocr_extract.settings import Settings

MIN_DPI = 20
"""Lowest resolution in pixels per inch at which a page is drawn (chosen). A page that would need
less is too large."""
MAX_INCHES = 16.5
"""Inches of a page's longer side that are drawn at the full resolution (chosen): one and a half
letter pages. A longer side gets no more pixels than this."""


def limited_dpi(inches: tuple[float, float], dpi: float, settings: Settings) -> float:
    """The requested resolution, or the highest at which a page of that width and height stays
    within the limits of the settings. A photo placed at one pixel per point makes a page 38 inches
    wide, which has no more detail than the photo: a side longer than MAX_INCHES gets no more pixels
    than MAX_INCHES would.
    """
    longer = max(inches)
    by_area = math.sqrt(settings.max_pixels / (inches[0] * inches[1]))
    of_large_page = dpi * MAX_INCHES / max(MAX_INCHES, longer)
    return min(float(dpi), by_area, settings.max_side / longer, of_large_page)
