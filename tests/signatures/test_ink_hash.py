import random

import cv2
import numpy as np
import pytest

from ocr_extract.geometry import Grey
from ocr_extract.signatures.ink_hash import hash_of, is_same_ink
from synthetic.pen import sign


def _signature(seed: int) -> Grey:
    page = np.full((160, 420), 255, np.uint8)
    writing = sign(random.Random(seed), width=90, height=26)  # noqa: S311
    for stroke in writing.strokes:
        points = np.array([[(30 + 4 * x, 130 - 4 * y) for x, y in stroke]], np.int32)
        cv2.polylines(page, points, False, 0, 4, cv2.LINE_AA)
    return page


def _copy(page: Grey, factor: float, quality: int) -> Grey:
    sized = cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    moved = cv2.copyMakeBorder(sized, 11, 3, 6, 9, cv2.BORDER_CONSTANT, value=255)
    _, packed = cv2.imencode(".jpg", moved, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("factor", "quality"), [(1.0, 90), (0.7, 60), (1.3, 40)])
def test_pasted_copy_is_same_ink(seed: int, factor: float, quality: int) -> None:
    page = _signature(seed)
    assert is_same_ink(hash_of(page), hash_of(_copy(page, factor, quality)))


def test_different_signatures_are_different_ink() -> None:
    hashes = [hash_of(_signature(seed)) for seed in range(30)]
    same = [(a, b) for i, a in enumerate(hashes) for b in hashes[:i] if is_same_ink(a, b)]
    assert all(hashes)
    assert not same


def test_too_little_ink_has_no_hash() -> None:
    page = np.full((60, 60), 255, np.uint8)
    page[20:23, 20:23] = 0
    assert hash_of(page) == ""
    assert not is_same_ink("", "")
