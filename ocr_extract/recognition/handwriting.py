"""The project's own network for handwritten dates; models/handwriting/CARD.md tells of it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.model_files import model_file
from ocr_extract.recognition.ctc_network import Input, LineNetwork
from ocr_extract.recognition.names import HANDWRITING

CHARACTERS = ("", *"0123456789/.-,' abcdefghijklmnopqrstuvwxyz")
"""The blank first; the training recipe takes its alphabet from here."""
HEIGHT = 32
NARROWEST, WIDEST = 16, 480
MIN_CONTRAST = 24.0
ADVICE = "The package is incomplete: install it again with pip."


@lru_cache(maxsize=1)
def handwriting() -> LineNetwork:
    """The network, loaded on first use."""
    return LineNetwork(
        HANDWRITING,
        model_file("handwriting", "handwriting.onnx"),
        CHARACTERS,
        prepared,
        logarithms=True,
        advice=ADVICE,
    )


def prepared(crop: Grey) -> Input:
    """A crop as ink, 0 on paper and 1 at its darkest hundredth: (1, 1, 32, width)."""
    width = round(crop.shape[1] * HEIGHT / crop.shape[0])
    size = (min(WIDEST, max(NARROWEST, width)), HEIGHT)
    how = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    grey = cv2.resize(crop, size, interpolation=how).astype(np.float32)
    paper, dark = np.percentile(grey, (85, 1))
    ink = (paper - grey) / max(MIN_CONTRAST, float(paper - dark))
    return np.asarray(np.clip(ink, 0, 1), np.float32)[None, None]
