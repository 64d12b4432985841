"""The likelihood of one string under a network's output, the slow and plain way: what the
lattice of dates must agree with.
"""

import numpy as np

from ocr_extract.recognition.ctc_output import BLANK, OTHER, Array, CtcOutput, column_of

FLOOR = 1e-6


def log_likelihood(output: CtcOutput, text: str) -> float:
    """Natural log-likelihood of a text in any case (<= 0); characters that are not among the
    symbols are left out.
    """
    wanted = [column_of(c) for c in text]
    return ctc(output.probabilities, [c for c in wanted if c not in (BLANK, OTHER)])


def ctc(probabilities: Array, columns: list[int]) -> float:
    """Log of the sum over all alignments of the columns: the forward algorithm, on the
    sequence with blanks between, before and behind.
    """
    path = np.array([BLANK] + [c for column in columns for c in (column, BLANK)])
    skips = np.zeros(len(path), bool)
    skips[2:] = (path[2:] != BLANK) & (path[2:] != path[:-2])
    seen = np.maximum(probabilities[:, path].astype(np.float64), FLOOR)
    state = np.zeros(len(path))
    state[:2] = seen[0, :2]
    total = 0.0
    for row in seen[1:]:
        scale = float(state.sum()) or FLOOR
        total += float(np.log(scale))
        state /= scale
        moved = state.copy()
        moved[1:] += state[:-1]
        moved[2:] += np.where(skips[2:], state[:-2], 0.0)
        state = moved * row
    return min(0.0, total + float(np.log(max(state[-2:].sum(), FLOOR**2))))
