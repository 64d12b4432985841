"""CTC output as a line recognition network would give it for a text."""

from __future__ import annotations

import numpy as np

from ocr_extract.recognition.ctc_output import BLANK, COLUMNS, CtcOutput, column_of


def frames_of(text: str, *, sure: float = 0.97, instead: dict[int, str] | None = None) -> CtcOutput:
    """CTC output with one time step per character and a blank after each.

    `sure` is the probability of each character, 0..1. `instead` replaces the character at
    an index of the text: the network then favours the replacement.
    """
    rows = []
    for index, character in enumerate(text):
        favoured = (instead or {}).get(index, character)
        rows += [_time_step(column_of(favoured), sure), _time_step(BLANK, 0.99)]
    shown = "".join((instead or {}).get(i, c) for i, c in enumerate(text))
    return CtcOutput(np.array([_time_step(BLANK, 0.99), *rows], np.float32), shown, sure)


def _time_step(column: int, probability: float) -> np.ndarray:
    row = np.full(COLUMNS, (1.0 - probability) / (COLUMNS - 1), np.float32)
    row[column] = probability
    return row
