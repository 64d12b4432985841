"""PP-OCRv6 small, a general line recogniser (Baidu, Apache-2.0); models/pp_ocr/CARD.md tells
where its weights come from.

Input as PaddleOCR prepares it: 48 pixels high, three equal channels in -1..1; an output
column per 8 pixels of width.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.model_files import model_file
from ocr_extract.recognition.ctc_network import Input, LineNetwork
from ocr_extract.recognition.names import PP_OCR

HEIGHT = 48
NARROWEST, WIDEST = 48, 960
ADVICE = "The package is incomplete: install it again with pip."


@lru_cache(maxsize=1)
def pp_ocr() -> LineNetwork:
    """The network, loaded on first use."""
    weights = model_file("pp_ocr", "PP-OCRv6_rec_small.onnx")
    return LineNetwork(PP_OCR, weights, _characters(), prepared, advice=ADVICE)


def _characters() -> tuple[str, ...]:
    """What the outputs stand for: the blank, the dictionary, and PaddleOCR's space behind it."""
    dictionary = model_file("pp_ocr", "characters.txt")
    if not dictionary.is_file():
        return ()
    # Some of them are ends of lines to splitlines().
    return ("", *dictionary.read_bytes().decode().removesuffix("\n").split("\n"), " ")


def prepared(crop: Grey) -> Input:
    """A crop as the network wants it: (1, 3, 48, width)."""
    width = round(crop.shape[1] * HEIGHT / crop.shape[0])
    size = (min(WIDEST, max(NARROWEST, width)), HEIGHT)
    how = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    grey = cv2.resize(crop, size, interpolation=how).astype(np.float32) / 127.5 - 1.0
    return np.repeat(np.clip(grey, -1, 1)[None, None], 3, axis=1)
