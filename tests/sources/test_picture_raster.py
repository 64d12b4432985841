"""PDFium draws scans; poppler draws all that PDFium cannot be trusted with."""

from pathlib import Path

import numpy as np
import pikepdf
import pytest

from ocr_extract.geometry import Raster
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_raster import pdf_renderer
from ocr_extract.sources.picture_raster import picture_renderer
from ocr_extract.sources.two_engines import drawn_alike
from tests.factory import Factory

SETTINGS = Settings()


class PopplerAsked(Exception):
    """Poppler was asked to draw a page."""


def _poppler(page: int, dpi: int) -> Raster:
    raise PopplerAsked(page, dpi)


def _is_left_to_poppler(path: Path, settings: Settings = SETTINGS, dpi: int = 100) -> bool:
    try:
        picture_renderer(path, settings, _poppler)(1, dpi)
    except PopplerAsked:
        return True
    return False


def test_scan_is_drawn_without_poppler_and_as_poppler_draws_it(factory: Factory) -> None:
    scan = factory.scan()
    drawn = picture_renderer(scan, SETTINGS, _poppler)(2, 100)
    by_poppler = pdf_renderer(scan, SETTINGS, pytest.fail)(2, 100)
    assert (drawn.page, drawn.dpi) == (2, 100)
    assert drawn_alike(by_poppler.pixels, drawn.pixels)
    assert int(np.min(drawn.pixels)) < 100


def test_pages_of_objects_and_pages_with_annotations_are_left_to_poppler(factory: Factory) -> None:
    assert _is_left_to_poppler(factory.agreement())
    assert _is_left_to_poppler(factory.annotated_scan())
    assert _is_left_to_poppler(factory.file("no.pdf", b"%PDF-1.4 nothing"))


def test_scan_whose_image_breaks_off_is_left_to_poppler(factory: Factory) -> None:
    path = factory.scan()
    assert not _is_left_to_poppler(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (image,) = pdf.pages[0].Resources.XObject.values()
        raw = image.read_raw_bytes()
        image.write(raw[: len(raw) // 2], filter=image.Filter)
        pdf.save(path)
    assert _is_left_to_poppler(path)


def test_page_too_large_to_be_drawn_is_left_to_poppler_which_says_so(factory: Factory) -> None:
    path = factory.scan()
    assert not _is_left_to_poppler(path, Settings(max_side=240))
    assert _is_left_to_poppler(path, Settings(max_side=200))


def test_picture_is_drawn_within_the_limits(factory: Factory) -> None:
    drawn = picture_renderer(factory.scan(), Settings(max_side=550), _poppler)(1, 100)
    assert drawn.pixels.shape[0] == pytest.approx(550, abs=1)
