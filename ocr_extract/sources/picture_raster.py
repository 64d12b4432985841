"""Pages that are pictures, drawn by PDFium: in a third of the time that poppler takes.

A scan is one image, or a few layers of one, and both programs draw it alike. Poppler draws every
other page that exists only as pixels, pages with annotations, since PDFium leaves out some of their
ink, and all pages of a file whose data is broken, since it says what it had to repair.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from ocr_extract.geometry import Raster
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import open_objects
from ocr_extract.sources.pdf_pictures import picture_pages
from ocr_extract.sources.pdf_syntax import syntax_complaints
from ocr_extract.sources.resolution import MIN_DPI

Render = Callable[[int, int], Raster]
"""Draws a page (from 1) at a resolution in pixels per inch, or fewer where the page is large."""


def picture_renderer(path: Path, settings: Settings, poppler: Render) -> Render:
    """A function that draws pictures by PDFium, and all other pages by `poppler`. It raises what
    `poppler` raises.
    """

    @lru_cache(maxsize=1)
    def is_whole() -> bool:
        return not syntax_complaints(path)

    def render(page: int, dpi: int) -> Raster:
        is_plain = picture_pages(path, [page]) and is_whole()
        drawn = _drawn(path, page, dpi, settings) if is_plain else None
        return poppler(page, dpi) if drawn is None else drawn

    return render


def _drawn(path: Path, page: int, dpi: int, settings: Settings) -> Raster | None:
    """The page as PDFium draws it; None when it bears annotations, is too large, or cannot be
    drawn.
    """
    with open_objects(path, settings) as objects:
        if objects is None or objects.is_annotated(page):
            return None
        raster = objects.raster(page, dpi)
    return raster if raster is not None and raster.dpi >= MIN_DPI else None
