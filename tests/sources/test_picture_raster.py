"""PDFium draws scans; poppler draws all that PDFium cannot be trusted with."""

from pathlib import Path

import numpy as np
import pikepdf
import pytest

from ocr_extract.extraction import extract
from ocr_extract.geometry import Raster
from ocr_extract.records import Damage, Verdict
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
        picture_renderer(path, settings, _poppler, lambda _: None)(1, dpi)
    except PopplerAsked:
        return True
    return False


def test_scan_is_drawn_without_poppler_and_as_poppler_draws_it(factory: Factory) -> None:
    scan = factory.scan()
    drawn = picture_renderer(scan, SETTINGS, _poppler, pytest.fail)(2, 100)
    by_poppler = pdf_renderer(scan, SETTINGS, pytest.fail)(2, 100)
    assert (drawn.page, drawn.dpi) == (2, 100)
    assert drawn_alike(by_poppler.pixels, drawn.pixels)
    assert int(np.min(drawn.pixels)) < 100


def test_pages_of_objects_and_pages_with_annotations_are_left_to_poppler(factory: Factory) -> None:
    assert _is_left_to_poppler(factory.agreement())
    assert _is_left_to_poppler(factory.annotated_scan())
    assert _is_left_to_poppler(factory.file("no.pdf", b"%PDF-1.4 nothing"))


def _broken_off(factory: Factory) -> Path:
    """A scan whose second page has only the first half of its image's data."""
    path = factory.scan()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (image,) = pdf.pages[1].Resources.XObject.values()
        raw = image.read_raw_bytes()
        image.write(raw[: len(raw) // 2], filter=image.Filter)
        pdf.save(path)
    return path


def test_scan_whose_image_breaks_off_is_damage_and_left_to_poppler(factory: Factory) -> None:
    path = _broken_off(factory)
    damage: list[Damage] = []
    by_poppler = pdf_renderer(path, SETTINGS, pytest.fail)
    draw = picture_renderer(path, SETTINGS, by_poppler, damage.append)
    lower_half = draw(2, 100).pixels[600:]
    assert int(lower_half.max()) - int(lower_half.min()) < 50, "nothing is drawn there"
    assert [(d.kind, d.stage, d.harmless) for d in damage] == [("broken_page", "render", False)]
    assert _is_left_to_poppler(path)


def test_garbled_image_is_harmless_damage_where_both_programs_draw_it_alike(
    factory: Factory,
) -> None:
    path = factory.scan()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (image,) = pdf.pages[1].Resources.XObject.values()
        raw = bytearray(image.read_raw_bytes())
        middle = len(raw) // 2
        raw[middle : middle + 200] = bytes(range(200))
        image.write(bytes(raw), filter=image.Filter)
        pdf.save(path)
    damage: list[Damage] = []
    by_poppler = pdf_renderer(path, SETTINGS, pytest.fail)
    picture_renderer(path, SETTINGS, by_poppler, damage.append)(2, 100)
    assert [(d.kind, d.page, d.harmless) for d in damage] == [("broken_page", 2, True)]


def test_form_whose_signature_is_lost_with_its_scan_is_never_called_unsigned(
    factory: Factory,
) -> None:
    record = extract(_broken_off(factory), settings=Settings(year=2025))
    assert record.verdict is Verdict.REJECTED
    assert [flag.code for flag in record.flags] == ["damaged"]
    assert record.fields.signature.present == "cannot tell"


def test_page_too_large_to_be_drawn_is_left_to_poppler_which_says_so(factory: Factory) -> None:
    path = factory.scan()
    assert not _is_left_to_poppler(path, Settings(max_side=240))
    assert _is_left_to_poppler(path, Settings(max_side=200))


def test_image_with_more_pixels_than_may_be_decoded_is_left_to_poppler(factory: Factory) -> None:
    path = factory.scan()
    pixels = 1700 * 2200
    assert not _is_left_to_poppler(path, Settings(max_pixels=pixels))
    assert _is_left_to_poppler(path, Settings(max_pixels=pixels - 1))


def test_picture_is_drawn_within_the_limits(factory: Factory) -> None:
    drawn = picture_renderer(factory.scan(), Settings(max_side=550), _poppler, pytest.fail)(1, 100)
    assert drawn.pixels.shape[0] == pytest.approx(550, abs=1)
