from itertools import product

import numpy as np
import pytest

from ocr_extract.recognition.ctc_output import BLANK, COLUMNS, OTHER, column_of, shortened
from tests.frames_factory import frames_of
from tests.recognition.forward_algorithm import ctc, log_likelihood


def _collapsed(path: tuple[int, ...]) -> list[int]:
    return [c for i, c in enumerate(path) if c != BLANK and (i == 0 or path[i - 1] != c)]


@pytest.mark.parametrize("text", ["1", "11", "12", "7", "121"])
def test_ctc_is_the_sum_over_all_alignments(text: str) -> None:
    rng = np.random.default_rng(5)
    used = [BLANK, column_of("1"), column_of("2")]
    rows = np.full((5, COLUMNS), 1e-9, np.float32)
    rows[:, used] = rng.dirichlet((1, 1, 1), 5)
    wanted = [column_of(c) for c in text]
    total = sum(
        float(np.prod([rows[t, c] for t, c in enumerate(path)]))
        for path in product(used, repeat=5)
        if _collapsed(path) == wanted
    )
    if total > 1e-6:
        assert ctc(rows, wanted) == pytest.approx(np.log(total), abs=1e-3)
    else:
        assert ctc(rows, wanted) < -10


def test_the_written_text_is_the_likeliest() -> None:
    frames = frames_of("25/07/2025")
    right = log_likelihood(frames, "25/07/2025")
    assert right > -2
    assert all(log_likelihood(frames, t) < right - 3 for t in ("25/01/2025", "5/07/2025", ""))


def test_a_doubled_character_needs_a_blank_between() -> None:
    once = frames_of("1")
    assert log_likelihood(once, "1") > log_likelihood(once, "11") + 3


@pytest.mark.parametrize(
    ("a", "b"), [("A", "a"), ("É", "e"), ("７", "7"), ("／", "/"), ("–", "-"), ("|", "l")]
)
def test_what_is_the_same_to_a_date_is_one_column(a: str, b: str) -> None:
    assert column_of(a) == column_of(b) != OTHER


def test_other_characters_are_one_column() -> None:
    assert column_of("漢") == column_of("@") == OTHER


def test_blank_slices_are_dropped_and_nothing_changes() -> None:
    frames = frames_of("7/8/25")
    blank = frames.probabilities[:1].repeat(30, axis=0)
    blank[:, BLANK], blank[:, BLANK + 1 :] = 0.999, 0.001 / (COLUMNS - 1)
    padded = np.concatenate([blank, frames.probabilities, blank])
    assert len(shortened(padded)) <= len(frames.probabilities) + 2
    wanted = [column_of(c) for c in "7/8/25"]
    assert ctc(shortened(padded), wanted) == pytest.approx(ctc(padded, wanted), abs=0.1)
