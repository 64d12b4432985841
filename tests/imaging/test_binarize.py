"""Shading is removed, and ink is told from paper."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.geometry import Grey, raster_of
from ocr_extract.imaging.binarize import (
    MAX_PAPER_SPREAD,
    MIN_WHITE,
    all_ink,
    fine_mask,
    flatten,
    ink_level,
    ink_mask,
    is_shaded,
    paper_of,
)


def _blank(grey: int = 255) -> Grey:
    return np.full((400, 800), grey, np.uint8)


def test_paper_is_the_page_without_its_ink() -> None:
    page = _blank(200)
    for y in range(40, 380, 30):
        cv2.putText(page, "agreement", (40, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2)
    paper = paper_of(page)
    assert paper.shape == page.shape
    assert (paper == 200).all()


def test_paper_is_shaded_when_it_is_not_white() -> None:
    assert not is_shaded(_blank(MIN_WHITE))
    assert is_shaded(_blank(MIN_WHITE - 1))


def test_paper_is_shaded_when_its_light_is_uneven() -> None:
    limit = round(MAX_PAPER_SPREAD)
    for spread, shaded in ((limit, False), (limit + 1, True)):
        page = _blank()
        page[:, 640:] = 255 - spread
        assert is_shaded(page) is shaded


def test_white_page_is_unchanged_and_no_photograph() -> None:
    page = _blank(250)
    page[100:110, 100:700] = 30
    raster = raster_of(page, 100, 1)
    assert flatten(raster) is raster


def test_shaded_page_is_a_photograph_in_the_same_place() -> None:
    page = _blank(200)
    page[100:110, 100:700] = 20
    flat = flatten(raster_of(page, 100, 3))
    assert flat.photographed
    assert flat.notes == ("shading removed",)
    assert (flat.page, flat.dpi, flat.pixels.shape) == (3, 100, page.shape)
    assert np.array_equal(flat.to_page, np.eye(3))


@pytest.mark.parametrize(("ink", "lowest"), [(50, 0), (150, 0), (44, 56), (170, 217)])
def test_faded_print_becomes_black_and_only_faded_print(ink: int, lowest: int) -> None:
    """On paper of grey level 200 the four inks have the levels 64, 191, 56 and 217 of 255."""
    page = _blank(200)
    page[100:110, 100:700] = ink
    darkest = int(flatten(raster_of(page, 100, 1)).pixels.min())
    assert darkest == pytest.approx(lowest, abs=2)


def test_pale_strokes_remain_after_shading_is_removed() -> None:
    ramp = np.linspace(120, 220, 600).astype(np.uint8)
    page = np.repeat(ramp[None, :], 400, axis=0)
    page[200:203, 50:550] = (page[200:203, 50:550] * 0.8).astype(np.uint8)
    assert is_shaded(paper_of(page))
    clean = flatten(raster_of(page, 100, 1)).pixels
    assert clean[201, 100:500].max() < 225
    assert np.median(clean) > 245


@pytest.mark.parametrize(("ink", "level"), [(0, 150), (149, 150), (180, 180), (230, 215)])
def test_ink_level_is_kept_between_150_and_215(ink: int, level: int) -> None:
    page = _blank()
    page[::4] = ink
    assert ink_level(page, 1) == level


def test_ink_mask_of_a_part_uses_the_level_of_the_whole_page() -> None:
    part = np.array([[0, 180, 181, 255]], np.uint8)
    assert ink_mask(part, 180.0).tolist() == [[255, 255, 0, 0]]
    assert ink_mask(part, 179.0).tolist() == [[255, 0, 0, 0]]


def test_wide_blot_and_pasted_grey_paper_are_not_fine_strokes() -> None:
    page = _blank()
    page[50:350, 50:350] = 200
    page[100:300, 120:180] = 0
    cv2.line(page, (220, 200), (330, 200), 170, 3)
    fine = fine_mask(page)
    assert (fine[200, 225:325] == 255).all()
    fine[190:211, 210:341] = 0
    assert not fine.any()


def test_gap_of_one_pixel_in_a_thin_line_is_closed() -> None:
    page = _blank()
    page[200:202, 100:700] = 180
    page[200:202, [300, 500]] = 255
    page[200:202, 400:404] = 255
    row = fine_mask(page)[200]
    assert (row[[300, 500]] == 255).all()
    assert (row[400:404] == 0).all()


def test_noise_on_a_scan_is_not_ink() -> None:
    noise = np.random.default_rng(1).normal(246, 4, (400, 800))
    page = np.clip(noise, 0, 255).astype(np.uint8)
    assert np.count_nonzero(fine_mask(page)) < 20


def test_dark_ink_keeps_its_outline_beside_pale_ink() -> None:
    page = _blank()
    cv2.line(page, (80, 100), (640, 100), 0, 5, cv2.LINE_AA)
    cv2.line(page, (80, 300), (640, 300), 190, 3, cv2.LINE_AA)
    dark = ink_mask(page)
    both = all_ink(dark, fine_mask(page))
    assert np.array_equal(both[:200], dark[:200])
    assert both[300, 300] == 255
    assert dark[300, 300] == 0


@given(st.integers(0, 240))
def test_stroke_of_few_dark_pixels_is_pale_and_taken_whole(dark_pixels: int) -> None:
    """The fine stroke has 400 pixels. Below a share of 0.15 dark pixels it is pale."""
    dark, fine = _blank(0), _blank(0)
    fine[100:104, 100:200] = 255
    dark[100, 100 : 100 + min(dark_pixels, 100)] = 255
    dark[101, 100 : 100 + max(0, dark_pixels - 100)] = 255
    both = all_ink(dark, fine)
    count = int(np.count_nonzero(dark))
    assert np.count_nonzero(both) == (400 if count < 60 else count)
