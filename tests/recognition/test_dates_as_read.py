"""Dates in layouts that the automaton does not list."""

from datetime import date

import pytest

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.recognition.ctc_lattice import DateLattice
from ocr_extract.recognition.date_automaton import written_dates
from ocr_extract.recognition.dates_as_read import dates_as_read
from tests.frames_factory import frames_of


def _scored(text: str, *texts: str) -> dict[str, float]:
    lattice = DateLattice(frames_of(text))
    return {
        t: value for value, t in dates_as_read([lattice], ([1.0], [1.0]), texts or (text,), ("en",))
    }


@pytest.mark.parametrize(
    ("text", "means"),
    [("160824", date(2024, 8, 16)), ("20/12-23", date(2023, 12, 20)),
     ("2024-jul-23", date(2024, 7, 23)), ("2023 dec 21", date(2023, 12, 21)),
     ("2025年6月12日", date(2025, 6, 12)), ("2025年11月1日", date(2025, 11, 1))],
)  # fmt: skip
def test_date_in_a_rare_layout_is_the_best_and_fits_well(text: str, means: date) -> None:
    best = written_dates([frames_of(text)], [1.0])[0]
    meant = PartialDate(means.year, means.month, means.day)
    assert any(meaning.parts == meant for meaning in interpret(best.text)), best
    assert best.log_likelihood > -3


def test_each_digit_and_the_month_have_their_alternatives() -> None:
    scored = _scored("2024-jul-23")
    assert scored["2024-jul-23"] == max(scored.values())
    assert {"2024-jul-28", "2025-jul-23", "2024-jun-23"} <= set(scored)
    assert scored["2024-jul-28"] < scored["2024-jul-23"] - 3


def test_other_text_has_no_layout() -> None:
    for text in (
        "jane doe",
        "12345",
        "26/7/202",
        "may 2025",
        "the 4 of 5 in 6 on 7 and 8",
        "x" * 99,
    ):
        assert _scored(text) == {}, text


def test_a_layout_read_by_one_network_is_scored_by_all() -> None:
    right, wrong = frames_of("160824"), frames_of("160724")
    lattices = [DateLattice(right), DateLattice(wrong)]
    scored = {
        t: v for v, t in dates_as_read(lattices, ([1.0, 1.0], [1.0, 0.5]), ("160824",), ("en",))
    }
    alone = _scored("160824")
    assert scored["160824"] < alone["160824"]
    assert scored["160724"] > alone["160724"] - 20
