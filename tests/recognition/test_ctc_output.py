from itertools import product

import numpy as np
import pytest

from ocr_extract.recognition.ctc_output import (
    BLANK,
    COLUMNS,
    OTHER,
    column_of,
    drop_repeated_blanks,
)
from tests.frames_factory import frames_of
from tests.recognition.forward_algorithm import ctc, log_likelihood


def _collapsed(path: tuple[int, ...]) -> list[int]:
    return [c for i, c in enumerate(path) if c != BLANK and (i == 0 or path[i - 1] != c)]


@pytest.mark.parametrize("text", ["1", "11", "12", "7", "121"])
def test_forward_algorithm_is_the_sum_over_all_alignments(text: str) -> None:
    rng = np.random.default_rng(5)
    used = [BLANK, column_of("1"), column_of("2")]
    rows = np.full((5, COLUMNS), 1e-9, np.float32)
    rows[:, used] = rng.dirichlet((1, 1, 1), 5)
    columns = [column_of(c) for c in text]
    total = sum(
        float(np.prod([rows[t, c] for t, c in enumerate(path)]))
        for path in product(used, repeat=5)
        if _collapsed(path) == columns
    )
    if total > 1e-6:
        assert ctc(rows, columns) == pytest.approx(np.log(total), abs=1e-3)
    else:
        assert ctc(rows, columns) < -10


def test_written_text_is_the_likeliest() -> None:
    output = frames_of("25/07/2025")
    right = log_likelihood(output, "25/07/2025")
    assert right > -2
    assert all(log_likelihood(output, t) < right - 3 for t in ("25/01/2025", "5/07/2025", ""))


def test_repeated_character_needs_a_blank_between() -> None:
    single = frames_of("1")
    assert log_likelihood(single, "1") > log_likelihood(single, "11") + 3


@pytest.mark.parametrize(
    ("variant", "plain"), [("A", "a"), ("É", "e"), ("７", "7"), ("／", "/"), ("–", "-"), ("|", "l")]
)
def test_variants_of_a_character_share_its_column(variant: str, plain: str) -> None:
    assert column_of(variant) == column_of(plain) != OTHER


def test_all_other_characters_share_one_column() -> None:
    assert column_of("漢") == column_of("@") == OTHER


def test_dropping_repeated_blanks_keeps_the_likelihood() -> None:
    output = frames_of("7/8/25")
    blank = output.probabilities[:1].repeat(30, axis=0)
    blank[:, BLANK], blank[:, BLANK + 1 :] = 0.999, 0.001 / (COLUMNS - 1)
    padded = np.concatenate([blank, output.probabilities, blank])
    assert len(drop_repeated_blanks(padded)) <= len(output.probabilities) + 2
    columns = [column_of(c) for c in "7/8/25"]
    assert ctc(drop_repeated_blanks(padded), columns) == pytest.approx(
        ctc(padded, columns), abs=0.1
    )
