"""Two drawings of a page are alike up to the smoothing of edges, but not where ink is missing."""

import cv2
import numpy as np
import pytest

from ocr_extract.geometry import Grey
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_raster import pdf_renderer
from ocr_extract.sources.two_engines import COMPARE_DPI, drawn_alike, pdfium_draws_alike
from tests.factory import Factory


def _page(words: str = "Signed and dated", grey: int = 0, scale: int = 1, shift: int = 0) -> Grey:
    page = np.full((400 * scale, 300 * scale), 255, np.uint8)
    cv2.putText(
        page, words, (40 * scale + shift, 200 * scale), cv2.FONT_HERSHEY_SIMPLEX, 0.5 * scale,
        (grey,), scale, cv2.LINE_AA,
    )  # fmt: skip
    return page


def test_same_ink_is_alike_whatever_its_resolution_and_smoothing() -> None:
    assert drawn_alike(_page(), _page())
    assert drawn_alike(np.kron(_page(), np.ones((3, 3), np.uint8)), _page())
    assert drawn_alike(_page(shift=1), _page())


@pytest.mark.parametrize("grey", [0, 60, 100])
def test_ink_that_one_drawing_lacks_is_seen_in_both_directions(grey: int) -> None:
    whole, without = _page(grey=grey), _page("")
    assert not drawn_alike(whole, without)
    assert not drawn_alike(without, whole)
    assert not drawn_alike(_page("Signed and", grey), whole)


def test_pages_of_other_proportions_are_not_alike() -> None:
    assert not drawn_alike(_page("")[:350], _page(""))


def test_both_programs_draw_a_sound_form_alike(factory: Factory) -> None:
    path, settings = factory.agreement(), Settings()
    render = pdf_renderer(path, settings, lambda damage: pytest.fail(str(damage)))
    for dpi in (COMPARE_DPI, 300):
        drawn = [render(number, dpi).pixels for number in (1, 2)]
        assert [pdfium_draws_alike(path, n, drawn[n - 1], settings) for n in (1, 2)] == [True, True]
    assert not pdfium_draws_alike(path, 1, drawn[1], settings)
    assert not pdfium_draws_alike(path, 7, drawn[0], settings)
    broken = factory.file("x.pdf", b"%PDF-1.7")
    assert not pdfium_draws_alike(broken, 1, drawn[0], settings)
