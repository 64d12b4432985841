"""Weights of characters and parts of dates in a line network's output."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.recognition.ctc_lattice import (
    CLOSE_DIGIT_SHARE,
    FULL_YEARS,
    LOOK_ALIKE_SHARE,
    MIN_EMISSION,
    NUMBERS,
    SEPARATORS,
    SHORT_YEAR_WEIGHT,
    SHORT_YEARS,
    SPACE_WEIGHT,
    DateLattice,
    _emissions,
)
from ocr_extract.recognition.ctc_output import BLANK, COLUMNS, Array, CtcOutput, column_of
from tests.frames_factory import frames_of


def _lattice(text: str) -> DateLattice:
    return DateLattice(frames_of(text))


def _weight(lattice: DateLattice, matrix: Array) -> float:
    """The weight of a matrix over the whole output."""
    return float((matrix @ lattice._blanks)[0, -1])


def _ordinal(day: int) -> str:
    special = {1: "1st", 2: "2nd", 3: "3rd", 21: "21st", 22: "22nd", 23: "23rd", 31: "31st"}
    return special.get(day, f"{day}th")


@pytest.mark.parametrize("text", ["7", "12", "11", "1/2", "sep"])
def test_product_of_matrices_is_the_sum_over_all_alignments(text: str) -> None:
    """The sum is computed over every path of blanks and the text's characters that gives it."""
    probabilities = np.maximum(np.random.default_rng(3).dirichlet(np.full(COLUMNS, 0.05), 5), 1e-4)
    rows = _emissions(np.asarray(probabilities, np.float32))
    columns_used = sorted({BLANK, *map(column_of, text)})
    columns = [column_of(c) for c in text]
    total = sum(
        float(np.prod([rows[t, c] for t, c in enumerate(path)]))
        for path in product(columns_used, repeat=5)
        if [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)] == columns
    )
    lattice = DateLattice(CtcOutput(np.asarray(probabilities, np.float32)))
    by_matrices = (lattice.word(text) @ lattice._blanks)[0, -1]
    assert by_matrices == pytest.approx(total, rel=1e-3)


@given(st.text(alphabet="0123456789/.- aemy", min_size=1, max_size=6))
def test_written_text_has_nearly_full_weight_in_its_own_output(text: str) -> None:
    lattice = _lattice(text)
    assert _weight(lattice, lattice.word(text)) > 0.9


def test_same_character_twice_needs_a_blank_between() -> None:
    one = _lattice("1")
    assert _weight(one, one.word("11")) < 0.02
    two = _lattice("11")
    assert _weight(two, two.word("11")) > 0.9
    assert _weight(two, two.word("1")) < 0.02


@pytest.mark.parametrize("day", range(1, 32))
def test_day_may_have_a_leading_zero_and_only_its_own_ordinal(day: int) -> None:
    for text, least in ((str(day), 0.9), (f"{day:02d}", 0.9), (_ordinal(day), 0.25)):
        lattice = _lattice(text)
        weights = [_weight(lattice, matrix) for matrix in lattice.days]
        assert len(weights) == 31
        assert int(np.argmax(weights)) == day - 1
        assert weights[day - 1] > least
    wrong = _lattice(f"{day}{'th' if _ordinal(day)[-2:] == 'st' else 'st'}")
    assert _weight(wrong, wrong.days[day - 1]) < 0.05


def test_numbers_are_in_the_order_of_their_names() -> None:
    for index, number in enumerate(NUMBERS):
        lattice = _lattice(number)
        assert int(np.argmax([_weight(lattice, m) for m in lattice.numbers])) == index


@pytest.mark.parametrize("own", "/.-")
def test_separator_is_likelier_than_another_one_and_may_have_spaces(own: str) -> None:
    def weight(text: str) -> float:
        lattice = _lattice(text)
        return _weight(lattice, lattice.separator(own))

    others = [weight(other) for other in SEPARATORS if other not in (own, " ")]
    assert weight(own) > 0.9
    assert weight(f" {own} ") == pytest.approx(SPACE_WEIGHT**2, rel=0.1)
    assert all(0.01 < other < 0.5 for other in others)
    assert 0 < weight("") < 0.02


def test_weights_of_years_are_those_of_their_strings() -> None:
    """The years share their digits and are computed together; doubled digits need a blank."""
    rows = np.random.default_rng(5).dirichlet(np.full(COLUMNS, 0.1), 7)
    lattice = DateLattice(CtcOutput(np.asarray(rows, np.float32)))
    ends = [lattice.word(year) @ lattice.end for year in FULL_YEARS]
    short = [SHORT_YEAR_WEIGHT * lattice.word(year) @ lattice.end for year in SHORT_YEARS]
    quoted = [end + 0.1 * lattice.character("'") @ end for end in short]
    assert np.allclose(lattice.year_ends, np.stack([*ends, *quoted], axis=1), rtol=1e-3, atol=1e-9)
    starts = np.stack([lattice.start @ lattice.word(year) for year in FULL_YEARS])
    assert np.allclose(lattice.year_starts, starts, rtol=1e-3, atol=1e-9)


def test_digits_beside_a_date_cost_more_than_letters_and_blanks_nothing() -> None:
    skipped = {text: float(_lattice(text).start[-1]) for text in ("7", "a", "")}
    assert skipped[""] > 0.98
    assert 5 * skipped["7"] < skipped["a"] < 0.2
    lattice = _lattice("7a")
    assert (lattice.start[0], lattice.end[-1]) == (1.0, 1.0)
    assert (np.diff(lattice.start) <= 0).all()


@pytest.mark.parametrize(
    ("seen", "written", "least"),
    [("l", "1", LOOK_ALIKE_SHARE), ("7", "1", LOOK_ALIKE_SHARE), ("8", "3", CLOSE_DIGIT_SHARE),
     ("3", "8", CLOSE_DIGIT_SHARE), ("z", "2", LOOK_ALIKE_SHARE)],
)  # fmt: skip
def test_look_alike_of_what_is_seen_may_be_written(seen: str, written: str, least: float) -> None:
    weights = _emissions(frames_of(seen).probabilities)[1]
    assert weights[column_of(seen)] == 1.0
    assert weights[column_of(written)] == pytest.approx(least, rel=0.1)
    assert weights[column_of("'")] == pytest.approx(MIN_EMISSION, rel=0.1)


def test_confusion_of_digits_with_letters_is_not_symmetric() -> None:
    """A written 2 may be seen as z, but a written z is not seen as 2."""
    weights = _emissions(frames_of("2").probabilities)[1]
    assert weights[column_of("z")] == pytest.approx(MIN_EMISSION, rel=0.1)


def test_slices_that_are_surely_blank_are_counted_once() -> None:
    blank = np.zeros((1, COLUMNS), np.float32)
    blank[0, BLANK] = 1.0
    padded = np.concatenate([blank] * 50 + [frames_of("7").probabilities] + [blank] * 50)
    lattice = DateLattice(CtcOutput(padded))
    assert lattice.slices <= 5
    assert _weight(lattice, lattice.word("7")) > 0.9
