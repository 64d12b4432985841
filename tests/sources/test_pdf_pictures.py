"""Pages that are images as a whole are told from pages that have images on them."""

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from ocr_extract.sources.pdf_pictures import MIN_PICTURE_SHARE, picture_pages
from tests.factory import Factory

WHOLE = "612 0 0 792 0 0"
"""The matrix of an image that fills a letter page."""


def _pdf(factory: Factory, *pages: tuple[str, ...], **entries: object) -> Path:
    """A PDF of letter pages, with one white image at each matrix; `entries` are those of pages."""
    with pikepdf.new() as pdf:
        pixel = pdf.make_stream(
            b"\xff", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1,
            ColorSpace=Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        for matrices in pages:
            page = pdf.add_blank_page(page_size=(612, 792))
            page.Resources = Dictionary(XObject=Dictionary(I=pixel))
            content = "".join(f"q {matrix} cm /I Do Q\n" for matrix in matrices)
            page.Contents = pdf.make_stream(content.encode())
            for key, value in entries.items():
                page[f"/{key}"] = value
        path = factory.folder / "pages.pdf"
        pdf.save(path)
    return path


def test_page_filled_by_an_image_is_a_picture(factory: Factory) -> None:
    path = _pdf(factory, (WHOLE,), (), ("200 0 0 50 100 100",))
    assert picture_pages(path, [1, 2, 3]) == {1}
    assert picture_pages(path, [2, 3]) == frozenset()


def test_layers_count_once_and_strips_add_up(factory: Factory) -> None:
    layer = "612 0 0 300 0 0"
    strips = tuple(f"612 0 0 99 0 {99 * n}" for n in range(8))
    assert picture_pages(_pdf(factory, (layer,) * 5, strips), [1, 2]) == {2}


@pytest.mark.parametrize(("share", "is_picture"), [(-0.02, False), (0.02, True)])
def test_share_of_the_page_decides(factory: Factory, share: float, is_picture: bool) -> None:
    height = 792 * (MIN_PICTURE_SHARE + share)
    path = _pdf(factory, (f"612 0 0 {height} 0 0",))
    assert bool(picture_pages(path, [1])) is is_picture


def test_turned_page_and_image_beyond_its_edge(factory: Factory) -> None:
    assert picture_pages(_pdf(factory, (WHOLE,), Rotate=90), [1]) == {1}
    assert picture_pages(_pdf(factory, ("0 792 -612 0 612 0",)), [1]) == {1}
    assert picture_pages(_pdf(factory, ("612 0 0 792 500 0",)), [1]) == frozenset()
    assert picture_pages(_pdf(factory, ("900000 0 0 900000 -1 -1",)), [1]) == {1}


def test_file_or_page_that_cannot_be_loaded_is_no_picture(factory: Factory) -> None:
    assert picture_pages(factory.file("x.pdf", b"%PDF-1.7"), [1]) == frozenset()
    assert picture_pages(_pdf(factory, (WHOLE,)), [1, 7]) == {1}


def test_typeset_form_is_no_picture(factory: Factory) -> None:
    assert picture_pages(factory.agreement(), [1, 2]) == frozenset()
