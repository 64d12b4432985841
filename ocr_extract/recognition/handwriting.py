"""The project's own network for handwritten dates, described in models/handwriting/CARD.md."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.model_files import model_file
from ocr_extract.recognition.ctc_network import Input, LineNetwork
from ocr_extract.recognition.names import HANDWRITING

CHARACTERS = ("", *"0123456789/.-,' abcdefghijklmnopqrstuvwxyz年月日")
"""Characters of the network's outputs, the CTC blank first. The training recipe takes its
alphabet from here."""
HEIGHT = 32
"""Height of the network's input, in pixels. Defined by the trained network."""
NARROWEST, WIDEST = 16, 480
"""Limits of the width of the network's input, in pixels (chosen)."""
MIN_CONTRAST = 24.0
"""Smallest difference of paper and ink, in grey levels (0..255), that is stretched to the range
0..1: noise of empty paper is not made stronger (chosen)."""
ADVICE = "The package is incomplete: install it again with pip."


@lru_cache(maxsize=1)
def handwriting() -> LineNetwork:
    """The network. Its weights are loaded when the first crop is read."""
    return LineNetwork(
        HANDWRITING,
        model_file("handwriting", "handwriting.onnx"),
        CHARACTERS,
        prepared,
        logarithms=True,
        advice=ADVICE,
    )


def prepared(crop: Grey) -> Input:
    """The network's input, of shape (1, 1, 32, width): 0 on paper, 1 at the darkest hundredth of
    the crop's pixels.
    """
    width = round(crop.shape[1] * HEIGHT / crop.shape[0])
    size = (min(WIDEST, max(NARROWEST, width)), HEIGHT)
    interpolation = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    grey = cv2.resize(crop, size, interpolation=interpolation).astype(np.float32)
    paper, dark = np.percentile(grey, (85, 1))
    ink = (paper - grey) / max(MIN_CONTRAST, float(paper - dark))
    return np.asarray(np.clip(ink, 0, 1), np.float32)[None, None]
