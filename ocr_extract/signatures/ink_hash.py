"""Whether two signatures are one and the same ink, pasted twice.

Nobody signs twice alike: a copied picture keeps every stroke. The ink is cut to its box,
brought to one size and compared cell by cell (a perceptual hash; difference hash after
Krawetz 2013, on ink coverage instead of grey).
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.imaging.binarize import ink_mask

ROWS, COLUMNS = 12, 24
MIN_PIXELS = 40
SAME_SHARE = 0.09
"""Share of bits in which copies may differ: scaled, recompressed and rescanned copies of
370 signatures differ by at most this, two signatures by one hand by more (bench/hands.py)."""
SAME_ASPECT = 0.12


def hash_of(crop: Grey) -> str:
    """Width : height and the bits as hexadecimal, or "" where there is too little ink."""
    mask = ink_mask(crop)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if int((mask > 0).sum()) < MIN_PIXELS or len(rows) < 8 or len(columns) < 8:
        return ""
    tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cells = cv2.resize(tight, (COLUMNS + 1, ROWS), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(cells, (3, 3), 0).astype(np.int16)
    bits = smooth[:, 1:] > smooth[:, :-1]
    aspect = tight.shape[1] / tight.shape[0]
    return f"{aspect:.2f}:{np.packbits(bits).tobytes().hex()}"


def is_same_ink(a: str, b: str) -> bool:
    """Whether two hashes are of one ink."""
    if not a or not b:
        return False
    (wide_a, bits_a), (wide_b, bits_b) = (h.split(":") for h in (a, b))
    if abs(float(wide_a) / float(wide_b) - 1.0) > SAME_ASPECT:
        return False
    differ = (int(bits_a, 16) ^ int(bits_b, 16)).bit_count()
    return differ <= SAME_SHARE * ROWS * COLUMNS
