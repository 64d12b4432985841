"""PP-OCRv6 small, a general line recogniser (Baidu, Apache-2.0), from RapidOCR's wheel.

Only the weights are taken from there, nothing is downloaded. Input as PaddleOCR prepares
it: 48 pixels high, three equal channels in -1..1; an output column per 8 pixels of width.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.readers.network import Input, LineNetwork, metadata_of

HEIGHT = 48
NARROWEST, WIDEST = 48, 960
ADVICE = "Install it: `pip install rapidocr`, which carries PP-OCRv6_rec_small.onnx."


@lru_cache(maxsize=1)
def pp_ocr() -> LineNetwork:
    """The network, loaded on first use."""
    weights = _weights()
    characters = ("", *metadata_of(weights, "character").split("\n")) if weights.is_file() else ()
    # PaddleOCR puts a space behind the listed characters.
    return LineNetwork("pp-ocr", weights, (*characters, " "), prepared, advice=ADVICE)


def _weights() -> Path:
    found = find_spec("rapidocr")
    folder = Path(found.origin).parent if found and found.origin else Path("rapidocr")
    return folder / "models" / "PP-OCRv6_rec_small.onnx"


def prepared(crop: Grey) -> Input:
    """A crop as the network wants it: (1, 3, 48, width)."""
    width = round(crop.shape[1] * HEIGHT / crop.shape[0])
    size = (min(WIDEST, max(NARROWEST, width)), HEIGHT)
    how = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    grey = cv2.resize(crop, size, interpolation=how).astype(np.float32) / 127.5 - 1.0
    return np.repeat(np.clip(grey, -1, 1)[None, None], 3, axis=1)
