"""The known print of a form is aligned with a page, and changes of the print are noticed."""

import cv2
import numpy as np
import pytest

from ocr_extract.forms.template import PrintedPage, printed_pages
from ocr_extract.geometry import Grey, Raster, raster_of
from ocr_extract.imaging.registration import Alignment, align
from synthetic import typeset
from synthetic.degrade import scanned
from tests.factory import FILLED, pages_of, text_lines

DPI = 200


def _pages() -> list[PrintedPage]:
    return [page for page in printed_pages() if page.variant == "samples"]


def _aligned(raster: Raster) -> tuple[int, Alignment] | None:
    return align(raster, [page.print for page in _pages()])


def _label(page: PrintedPage, text: str) -> tuple[float, float, float, float]:
    return next(w.rect for line in page.words for w in line if w.text == text)


@pytest.mark.parametrize("number", [1, 2])
def test_each_filled_in_page_is_aligned_with_its_print(number: int) -> None:
    match = _aligned(raster_of(pages_of()[number - 1], DPI, number))
    assert match is not None
    index, alignment = match
    assert index == number - 1
    assert not _pages()[index].clauses_of(alignment.others)
    assert alignment.scale == pytest.approx(DPI / 72, rel=0.002)


@pytest.mark.parametrize(
    ("size", "right", "down", "aslant"),
    [
        (1.0, 0, 0, 0.0),
        (0.85, 40, -30, 0.0),
        (1.2, -60, 90, 0.0),
        (0.95, 10, 20, 0.012),
        (0.55, 80, 60, 0.0),
        (1.0, 10, 20, 0.09),
    ],
)
def test_alignment_follows_size_shift_and_perspective(
    size: float, right: float, down: float, aslant: float
) -> None:
    page = pages_of()[1]
    height, width = page.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners * size + (right, down)
    moved[1] += (-aslant * width, aslant * width)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    shape = (round(1.3 * width), round(1.3 * height))
    warped = cv2.warpPerspective(page, matrix, shape, flags=cv2.INTER_AREA, borderValue=255)
    match = _aligned(raster_of(np.asarray(warped, np.uint8), DPI, 1))
    assert match is not None
    rect = _label(_pages()[1], "Date:")
    corner = np.array([[[rect[0] * DPI / 72, rect[1] * DPI / 72]]], np.float32)
    x, y = cv2.perspectiveTransform(corner, matrix)[0, 0]
    mapped = match[1].on_raster(rect)
    assert mapped[0] == pytest.approx(x, abs=DPI / 72)
    assert mapped[1] == pytest.approx(y, abs=DPI / 72)


def test_page_that_is_still_a_little_skewed_is_aligned() -> None:
    """Only the pieces in the middle are near their places at first."""
    page = pages_of()[1]
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3.6, 1.0)
    skewed = cv2.warpAffine(page, turn, (width, height), borderValue=255)
    match = _aligned(raster_of(np.asarray(skewed, np.uint8), DPI, 1))
    assert match is not None
    assert match[0] == 1
    assert not match[1].others


@pytest.mark.parametrize(
    "page", [text_lines(), np.full((1300, 1000), 255, np.uint8), np.zeros((300, 200), np.uint8)]
)
def test_other_print_is_not_aligned(page: Grey) -> None:
    assert _aligned(raster_of(page, 120, 1)) is None


def _doubtful_clauses(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> frozenset[str]:
    """The clauses in doubt when the text of clauses is changed and the pages are scanned."""
    for name in ("CLAUSES", "WARRANTIES"):
        texts = tuple(c.replace(old, new) for c in getattr(typeset, name))
        monkeypatch.setattr(typeset, name, texts)
    doubtful: set[str] = set()
    for number, page in enumerate(pages_of(FILLED), 1):
        match = _aligned(raster_of(scanned(page, np.random.default_rng(5), 0.0), DPI, number))
        assert match is not None
        doubtful |= _pages()[match[0]].clauses_of(match[1].others)
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
def test_changed_word_puts_its_clause_in_doubt(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, clause: str
) -> None:
    expected = frozenset({clause} if clause else set())
    assert _doubtful_clauses(monkeypatch, old or "nothing of the kind", new) == expected
