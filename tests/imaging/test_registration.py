"""The known print is found on a page, and what was changed in it is seen."""

import cv2
import numpy as np
import pytest

from ocr_extract.forms.template import PrintedPage, printed_pages
from ocr_extract.geometry import Grey, Raster, raster_of
from ocr_extract.imaging.registration import Alignment, align
from samples import typeset
from samples.degrade import scanned
from tests.factory import FILLED, pages_of, text_lines

DPI = 200


def _pages() -> list[PrintedPage]:
    return [page for page in printed_pages() if page.variant == "samples"]


def _found(raster: Raster) -> tuple[int, Alignment] | None:
    return align(raster, [page.print for page in _pages()])


def _label(page: PrintedPage, text: str) -> tuple[float, float, float, float]:
    return next(w.rect for line in page.words for w in line if w.text == text)


@pytest.mark.parametrize("number", [1, 2])
def test_each_page_is_found_with_what_is_written_on_it(number: int) -> None:
    found = _found(raster_of(pages_of()[number - 1], DPI, number))
    assert found is not None
    index, alignment = found
    assert index == number - 1
    assert not _pages()[index].clauses_of(alignment.others)
    assert alignment.scale == pytest.approx(DPI / 72, rel=0.002)


@pytest.mark.parametrize(
    ("size", "right", "down", "aslant"),
    [(1.0, 0, 0, 0.0), (0.85, 40, -30, 0.0), (1.2, -60, 90, 0.0), (0.95, 10, 20, 0.012)],
)
def test_places_follow_size_shift_and_slant(
    size: float, right: float, down: float, aslant: float
) -> None:
    page = pages_of()[1]
    height, width = page.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners * size + (right, down)
    moved[1] += (-aslant * width, aslant * width)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    shape = (round(1.3 * width), round(1.3 * height))
    seen = cv2.warpPerspective(page, matrix, shape, flags=cv2.INTER_AREA, borderValue=255)
    found = _found(raster_of(np.asarray(seen, np.uint8), DPI, 1))
    assert found is not None
    rect = _label(_pages()[1], "Date:")
    corner = np.array([[[rect[0] * DPI / 72, rect[1] * DPI / 72]]], np.float32)
    x, y = cv2.perspectiveTransform(corner, matrix)[0, 0]
    at = found[1].on_raster(rect)
    assert at[0] == pytest.approx(x, abs=DPI / 72)
    assert at[1] == pytest.approx(y, abs=DPI / 72)


@pytest.mark.parametrize(
    "page", [text_lines(), np.full((1300, 1000), 255, np.uint8), np.zeros((300, 200), np.uint8)]
)
def test_other_print_is_not_taken_for_it(page: Grey) -> None:
    assert _found(raster_of(page, 120, 1)) is None


def _changed(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> frozenset[str]:
    """The clauses in doubt when the terms are changed and the page is scanned."""
    for name in ("CLAUSES", "WARRANTIES"):
        texts = tuple(c.replace(old, new) for c in getattr(typeset, name))
        monkeypatch.setattr(typeset, name, texts)
    doubtful: set[str] = set()
    for number, page in enumerate(pages_of(FILLED), 1):
        found = _found(raster_of(scanned(page, np.random.default_rng(5), 0.0), DPI, number))
        assert found is not None
        doubtful |= _pages()[found[0]].clauses_of(found[1].others)
    return frozenset(doubtful)


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("stay with", "pass from", "4"),
        ("new, and", "old, and", "6.1"),
        ("share and adapt", "share or adopt", "2"),
        ("", "", ""),
    ],
)
def test_a_changed_word_puts_its_clause_in_doubt(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, clause: str
) -> None:
    expected = frozenset({clause} if clause else set())
    assert _changed(monkeypatch, old or "nothing of the kind", new) == expected
