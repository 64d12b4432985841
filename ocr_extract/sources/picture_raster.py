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
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import open_objects
from ocr_extract.sources.pdf_pictures import picture_pages
from ocr_extract.sources.pdf_syntax import syntax_complaints
from ocr_extract.sources.resolution import MIN_DPI
from ocr_extract.sources.two_engines import pdfium_draws_alike

Render = Callable[[int, int], Raster]
"""Draws a page (from 1) at a resolution in pixels per inch, or fewer where the page is large."""
NOT_DECODED, BREAKS_OFF = "error decoding stream data", "invalid jpeg data reading from buffer"
"""What qpdf says of an image whose data is damaged, and of one whose data ends too early. Poppler
and PDFium say nothing; of the latter they draw the rest of the page empty."""


def picture_renderer(
    path: Path, settings: Settings, poppler: Render, report_damage: Callable[[Damage], None]
) -> Render:
    """A function that draws pictures by PDFium, and all other pages by `poppler`. It raises what
    `poppler` raises. `report_damage` receives the damage of images.
    """

    @lru_cache(maxsize=1)
    def complaints() -> tuple[str, ...]:
        return syntax_complaints(path)

    def render(page: int, dpi: int) -> Raster:
        if not _is_picture(path, page, settings):
            return poppler(page, dpi)
        drawn = None if complaints() else _drawn(path, page, dpi, settings)
        raster = poppler(page, dpi) if drawn is None else drawn
        if any(NOT_DECODED in complaint for complaint in complaints()):
            breaks_off = any(BREAKS_OFF in complaint for complaint in complaints())
            alike = not breaks_off and pdfium_draws_alike(path, page, raster.pixels, settings)
            report_damage(_broken_image(page, harmless=alike))
        return raster

    return render


def _is_picture(path: Path, page: int, settings: Settings) -> bool:
    """Whether images fill a page, and are not too large: qpdf and PDFium hold a whole image in
    memory, poppler does not.
    """
    if not picture_pages(path, [page]):
        return False
    with open_objects(path, settings) as objects:
        return objects is not None and objects.image_pixels(page) <= settings.max_pixels


def _broken_image(page: int, *, harmless: bool) -> Damage:
    """The damage of a page when an image of its file is broken."""
    costs = "two programs draw the page alike." if harmless else "what was written may be missing."
    effect = f"The data of an image is broken: {costs}"
    return Damage(stage="render", kind="broken_page", page=page, effect=effect, harmless=harmless)


def _drawn(path: Path, page: int, dpi: int, settings: Settings) -> Raster | None:
    """The page as PDFium draws it; None when it bears annotations, is too large, or cannot be
    drawn.
    """
    with open_objects(path, settings) as objects:
        if objects is None or objects.is_annotated(page):
            return None
        raster = objects.raster(page, dpi)
    return raster if raster is not None and raster.dpi >= MIN_DPI else None
