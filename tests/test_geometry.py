import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.geometry import Rect, quarter_turned, raster_of, rotation
from ocr_extract.text import Word, group_lines, split_at_gaps


def _spot(x: int, y: int) -> np.ndarray:
    page = np.full((200, 150), 255, np.uint8)
    page[y : y + 4, x : x + 4] = 0
    return page


@given(turns=st.integers(0, 7), x=st.integers(5, 140), y=st.integers(5, 190))
def test_quarter_turned_raster_maps_back_to_the_page(turns: int, x: int, y: int) -> None:
    raster = quarter_turned(raster_of(_spot(x, y), 72, 1), turns)
    ys, xs = np.nonzero(raster.pixels == 0)
    rect = raster.on_page((xs.min(), ys.min(), xs.max(), ys.max()))
    assert rect == pytest.approx((x, y, x + 3, y + 3), abs=1e-6)


@given(angle=st.floats(-15, 15), turns=st.integers(0, 3))
def test_rotated_raster_maps_back_to_the_page(angle: float, turns: int) -> None:
    raster = quarter_turned(raster_of(_spot(70, 90), 144, 2), turns)
    matrix, size = rotation(raster.width, raster.height, angle)
    turned = raster.warped(matrix, size, turned=angle)
    ys, xs = np.nonzero(turned.pixels < 128)
    x0, y0, x1, y1 = turned.on_page((xs.min(), ys.min(), xs.max(), ys.max()))
    assert (x0 + x1) / 2 == pytest.approx(71.5 / 2, abs=1.0)
    assert (y0 + y1) / 2 == pytest.approx(91.5 / 2, abs=1.0)
    assert turned.turned == pytest.approx(90 * turns + angle)


def test_raster_converts_points_and_pixels() -> None:
    raster = raster_of(_spot(5, 5), 144, 1)
    assert raster.points(2) == 1
    assert raster.length(1) == 2
    smaller = raster.magnified(2.0)
    assert smaller.points(2) == 2
    assert smaller.on_page(Rect(0, 0, 2, 2)) == Rect(0, 0, 1, 1)


def _word(text: str, x: float, y: float, height: float = 8.0) -> Word:
    return Word(text, Rect(x, y, x + 5 * len(text), y + height), 0.9)


def test_words_are_grouped_into_lines_in_reading_order() -> None:
    words = [_word("b", 30, 11), _word("d", 10, 25), _word("a", 10, 10), _word("c", 60, 10)]
    assert [line.text for line in group_lines(words)] == ["a b c", "d"]
    assert group_lines([]) == ()


def test_signature_read_as_a_word_joins_no_line() -> None:
    words = [_word("Signed:", 10, 10), _word("of", 60, 10), _word("Xyz", 90, 0, height=30)]
    assert [line.text for line in group_lines(words)] == ["Signed: of"]


def test_line_is_split_at_wide_gaps() -> None:
    (line,) = group_lines([_word("a", 0, 0), _word("b", 8, 0), _word("c", 100, 0)])
    assert [run.text for run in split_at_gaps(line, 16)] == ["a b", "c"]


def test_overlap_is_a_share_of_the_smaller_rectangle() -> None:
    assert Rect(0, 0, 10, 10).overlap(Rect(5, 0, 7, 10)) == 1.0
    assert Rect(0, 0, 10, 10).overlap(Rect(20, 0, 30, 10)) == 0.0
