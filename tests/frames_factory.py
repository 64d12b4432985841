"""Frames as a line network would give them for a text, clean or smeared."""

from __future__ import annotations

import numpy as np

from ocr_extract.recognition.ctc_output import BLANK, COLUMNS, CtcOutput, column_of


def frames_of(text: str, *, sure: float = 0.97, instead: dict[int, str] | None = None) -> CtcOutput:
    """A slice a character and a blank after each; `instead` puts another character at a
    place of the text, which the network then believes.
    """
    rows = []
    for index, character in enumerate(text):
        seen = (instead or {}).get(index, character)
        rows += [_slice(column_of(seen), sure), _slice(BLANK, 0.99)]
    shown = "".join((instead or {}).get(i, c) for i, c in enumerate(text))
    return CtcOutput(np.array([_slice(BLANK, 0.99), *rows], np.float32), shown, sure)


def _slice(column: int, share: float) -> np.ndarray:
    row = np.full(COLUMNS, (1.0 - share) / (COLUMNS - 1), np.float32)
    row[column] = share
    return row
