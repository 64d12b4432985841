"""PP-OCRv6 small, a general recognizer of lines (Baidu, Apache-2.0). models/pp_ocr/CARD.md says
where its weights come from.

Its input is the one that PaddleOCR prepares: 48 pixels high, three equal channels in -1..1. It
has one output slice per 8 pixels of width.
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
"""Height of the network's input, in pixels. Given by PaddleOCR."""
NARROWEST, WIDEST = 48, 960
"""Limits of the width of the network's input, in pixels (chosen)."""
ADVICE = "The package is incomplete: install it again with pip."


@lru_cache(maxsize=1)
def pp_ocr() -> LineNetwork:
    """The network. Its weights are loaded when the first crop is read."""
    weights = model_file("pp_ocr", "PP-OCRv6_rec_small.onnx")
    return LineNetwork(PP_OCR, weights, _characters(), prepared, advice=ADVICE)


def _characters() -> tuple[str, ...]:
    """Characters of the network's outputs: the CTC blank, the dictionary, and PaddleOCR's space
    at the end; () when the dictionary is missing.
    """
    dictionary = model_file("pp_ocr", "characters.txt")
    if not dictionary.is_file():
        return ()
    # splitlines() takes some of the characters for ends of lines.
    return ("", *dictionary.read_bytes().decode().removesuffix("\n").split("\n"), " ")


def prepared(crop: Grey) -> Input:
    """The network's input, of shape (1, 3, 48, width), in -1..1."""
    width = round(crop.shape[1] * HEIGHT / crop.shape[0])
    size = (min(WIDEST, max(NARROWEST, width)), HEIGHT)
    interpolation = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    grey = cv2.resize(crop, size, interpolation=interpolation).astype(np.float32) / 127.5 - 1.0
    return np.repeat(np.clip(grey, -1, 1)[None, None], 3, axis=1)
