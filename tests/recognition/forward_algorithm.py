"""The likelihood of one string under a network's output, computed in the slow and simple way.
The tests compare the lattice of dates with it.
"""

import numpy as np

from ocr_extract.recognition.ctc_output import BLANK, OTHER, Array, CtcOutput, column_of

FLOOR = 1e-6
"""Smallest probability of a character in a slice (chosen)."""


def log_likelihood(output: CtcOutput, text: str) -> float:
    """Natural log-likelihood (<= 0) of a text, without regard to case. Characters that are not
    among the SYMBOLS are left out.
    """
    columns = [column_of(c) for c in text]
    return ctc(output.probabilities, [c for c in columns if c not in (BLANK, OTHER)])


def ctc(probabilities: Array, columns: list[int]) -> float:
    """Natural log of the sum over all alignments of the columns, by the forward algorithm. The
    sequence has a blank before, between and after all columns.
    """
    path = np.array([BLANK] + [c for column in columns for c in (column, BLANK)])
    skips = np.zeros(len(path), bool)
    skips[2:] = (path[2:] != BLANK) & (path[2:] != path[:-2])
    emissions = np.maximum(probabilities[:, path].astype(np.float64), FLOOR)
    state = np.zeros(len(path))
    state[:2] = emissions[0, :2]
    total = 0.0
    for row in emissions[1:]:
        scale = float(state.sum()) or FLOOR
        total += float(np.log(scale))
        state /= scale
        moved = state.copy()
        moved[1:] += state[:-1]
        moved[2:] += np.where(skips[2:], state[:-2], 0.0)
        state = moved * row
    return min(0.0, total + float(np.log(max(state[-2:].sum(), FLOOR**2))))
